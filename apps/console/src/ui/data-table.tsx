import { Checkbox } from '@mantine/core';
import {
  type ColumnDef,
  rowSelectionFeature,
  type RowSelectionState,
  tableFeatures,
  useTable,
} from '@tanstack/react-table';
import { type KeyboardEvent, type MouseEvent, type ReactNode, useMemo, useRef } from 'react';
import { useLocation } from 'wouter';
import classes from './data-table.module.css';
import { useShownRows } from './shown-rows.js';

export interface DataColumn<T> {
  readonly header: string;
  readonly cell: (row: T) => ReactNode;
  /** Figures stand at the right, so that they can be compared. */
  readonly isNumber?: boolean;
  /** Takes what the others leave, and is cut short when that is little. */
  readonly isWide?: boolean;
  /** Left out where there is no room, on screens narrower than 1100 px. */
  readonly isExtra?: boolean;
  /** On a narrow screen it stands in the upper right corner of the card, without its name: a time, what can be done. */
  readonly isCorner?: boolean;
}

interface DataTableProps<T> {
  readonly label: string;
  readonly rows: readonly T[];
  readonly columns: readonly DataColumn<T>[];
  readonly idOf: (row: T) => string;
  /** Where a click on the row leads. One cell must be a link to it, for those without a mouse. */
  readonly linkOf?: (row: T) => string;
  readonly selection?: Selection;
}

/** Rows that were chosen, by id. */
export interface Selection {
  readonly selected: ReadonlySet<string>;
  readonly onChange: (selected: ReadonlySet<string>) => void;
  readonly mayChoose?: (id: string) => boolean;
}

const features = tableFeatures({ rowSelectionFeature });

/** A table of links; on a narrow screen each row is a card. Arrow keys go from row to row. */
export function DataTable<T extends object>({ label, rows, columns, idOf, linkOf, selection }: DataTableProps<T>) {
  const definitions = useMemo<ColumnDef<typeof features, T>[]>(
    () => columns.map(({ header, cell }) => ({ id: header, header, cell: ({ row }) => cell(row.original) })),
    [columns],
  );
  const chosen = Object.fromEntries([...(selection?.selected ?? [])].map((id) => [id, true as const]));
  const table = useTable({
    features,
    columns: definitions,
    data: rows,
    getRowId: idOf,
    enableRowSelection: selection !== undefined && ((row) => selection.mayChoose?.(row.id) ?? true),
    state: { rowSelection: chosen },
    onRowSelectionChange: (update) => {
      const next: RowSelectionState = typeof update === 'function' ? update(chosen) : update;
      selection?.onChange(new Set(Object.keys(next)));
    },
  });
  const allRows = table.getRowModel().rows;
  const body = useRef<HTMLTableSectionElement>(null);
  const shown = useShownRows(body, allRows.length);
  const [, navigate] = useLocation();
  const open = (event: MouseEvent, row: T): void => {
    if (linkOf === undefined || isInteractive(event.target)) return;
    if (event.metaKey || event.ctrlKey) return;
    if (getSelection()?.toString()) return;
    navigate(linkOf(row));
  };

  return (
    <div className={classes.frame}>
      <table className={classes.table} aria-label={label}>
        <thead>
          <tr>
            {selection !== undefined && (
              <th className={classes.choice}>
                <Checkbox
                  size="xs"
                  aria-label="Choose all that are shown"
                  checked={table.getIsAllRowsSelected()}
                  indeterminate={table.getIsSomeRowsSelected() && !table.getIsAllRowsSelected()}
                  onChange={table.getToggleAllRowsSelectedHandler()}
                />
              </th>
            )}
            {columns.map(({ header, isNumber, isWide, isExtra }) => (
              <th key={header} scope="col" data-number={isNumber} data-wide={isWide} data-extra={isExtra}>
                {header}
              </th>
            ))}
          </tr>
        </thead>
        <tbody ref={body} onKeyDown={moveBetweenRows}>
          <Space height={shown.before} />
          {allRows.slice(shown.first, shown.last).map((row, at) => (
            <tr
              key={row.id}
              ref={shown.measure}
              data-index={shown.first + at}
              data-link={linkOf !== undefined}
              onClick={(event) => open(event, row.original)}
            >
              {selection !== undefined && (
                <td className={classes.choice}>
                  <Checkbox
                    size="xs"
                    aria-label={`Choose ${row.id}`}
                    checked={row.getIsSelected()}
                    disabled={!row.getCanSelect()}
                    onChange={row.getToggleSelectedHandler()}
                  />
                </td>
              )}
              {columns.map((column) => (
                <Cell key={column.header} column={column} value={column.cell(row.original)} />
              ))}
            </tr>
          ))}
          <Space height={shown.after} />
        </tbody>
      </table>
    </div>
  );
}

/** Stands for the rows that are not drawn. */
function Space({ height }: { height: number }) {
  if (height === 0) return null;
  return (
    <tr className={classes.space} aria-hidden>
      {/* oxlint-disable-next-line jsx-a11y/control-has-associated-label -- hidden from all but the eye, and empty */}
      <td style={{ height }} />
    </tr>
  );
}

interface CellProps {
  readonly column: Pick<DataColumn<never>, 'header' | 'isNumber' | 'isWide' | 'isExtra' | 'isCorner'>;
  readonly value: ReactNode;
}

function Cell({ column: { header, isNumber, isWide, isExtra, isCorner }, value }: CellProps) {
  const isEmpty = value === '–' || value === '' || value === null;
  return (
    <td
      data-label={header}
      data-number={isNumber}
      data-wide={isWide}
      data-extra={isExtra}
      data-corner={isCorner}
      data-empty={isEmpty}
    >
      <div>{value}</div>
    </td>
  );
}

function isInteractive(target: EventTarget): boolean {
  return target instanceof Element && target.closest('a, button, input, label, [role="button"]') !== null;
}

function moveBetweenRows(event: KeyboardEvent<HTMLTableSectionElement>): void {
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
  const row = (event.target as Element).closest('tr');
  const next = event.key === 'ArrowDown' ? row?.nextElementSibling : row?.previousElementSibling;
  const link = next?.querySelector<HTMLElement>('a');
  if (!link) return;
  event.preventDefault();
  link.focus();
}
