import { ActionIcon, Button } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import classes from './fields.module.css';

/** Fields below or beside each other; always below each other where there is no room. */
export function Fields({ columns = 1, children }: { columns?: 1 | 2; children: ReactNode }) {
  return (
    <div className={classes.fields} data-columns={columns}>
      {children}
    </div>
  );
}

/** What is said against a group of fields as a whole. */
export function GroupError({ children }: { children: ReactNode }) {
  if (children === undefined || children === null) return null;
  return (
    <p className={classes.error} role="alert">
      {children}
    </p>
  );
}

interface RowsProps {
  readonly count: number;
  /** One row's fields. */
  readonly row: (index: number) => ReactNode;
  /** How many fields a row has. */
  readonly columns?: 2 | 3;
  /** What a row is, for its buttons: "header". */
  readonly what: string;
  readonly add: () => void;
  readonly remove: (index: number) => void;
}

/** Rows of fields, with a button to take each out and one for a further row. */
export function FieldRows({ count, row, columns = 2, what, add, remove }: RowsProps) {
  return (
    <div className={classes.rows}>
      {Array.from({ length: count }, (_, index) => (
        <div key={index} className={classes.row} data-columns={columns}>
          {row(index)}
          <RemoveButton what={`${what} ${index + 1}`} remove={() => remove(index)} />
        </div>
      ))}
      <AddButton what={what} add={add} />
    </div>
  );
}

export function AddButton({ what, add }: { what: string; add: () => void }) {
  return (
    <div>
      <Button size="compact-xs" variant="default" leftSection={<IconPlus size={13} />} onClick={add}>
        Add a {what}
      </Button>
    </div>
  );
}

export function RemoveButton({ what, remove }: { what: string; remove: () => void }) {
  return (
    <ActionIcon variant="subtle" color="gray" aria-label={`Take out ${what}`} onClick={remove}>
      <IconX size={15} />
    </ActionIcon>
  );
}

interface FieldGroupProps {
  readonly label: string;
  readonly note?: ReactNode;
  readonly aside?: ReactNode;
  readonly children?: ReactNode;
}

/** Fields that belong to one thing among several. */
export function FieldGroup({ label, note, aside, children }: FieldGroupProps) {
  return (
    <div className={classes.group} role="group" aria-label={label}>
      <div className={classes.legend}>
        <b>{label}</b>
        {note}
        {aside}
      </div>
      {children}
    </div>
  );
}
