import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconCategory, IconPlus } from '@tabler/icons-react';
import { Link } from 'wouter';
import { usePagedList } from '../api/page.js';
import { useMay } from '../session/may.js';
import type { DataColumn } from '../ui/data-table.js';
import { List } from '../ui/list.js';
import { Page, Section } from '../ui/page.js';
import { Nothing } from '../ui/states.js';
import { Status } from '../ui/status.js';
import { When } from '../ui/when.js';
import { EventTypeForm } from './event-type-form.js';
import { type EventType, eventTypeLink } from './event-type.js';

const COLUMNS: readonly DataColumn<EventType>[] = [
  { header: 'Name', cell: (row) => <Link href={eventTypeLink(row)}>{row.name}</Link> },
  { header: 'Description', cell: ({ description }) => description, isWide: true },
  { header: 'Group', cell: ({ group }) => group ?? '–', isExtra: true },
  { header: 'Schemas', cell: ({ schemas }) => Object.keys(schemas ?? {}).join(', ') || '–', isExtra: true },
  {
    header: 'State',
    cell: ({ deprecated }) =>
      deprecated ? <Status tone="warn">deprecated</Status> : <Status tone="good">current</Status>,
  },
  { header: 'Changed', cell: ({ updatedAt }) => <When at={updatedAt} />, isNumber: true, isCorner: true },
];

/** Which events there are, and what they carry. */
export function EventTypesPage() {
  const mayDo = useMay();
  const [isMaking, making] = useDisclosure(false);
  const list = usePagedList<EventType>(['event-types'], '/v1/event-types', { limit: 250 });
  return (
    <Page
      title="Event types"
      actions={
        mayDo('event-types:write') && (
          <Button size="xs" leftSection={<IconPlus size={15} />} onClick={making.open}>
            New event type
          </Button>
        )
      }
    >
      <Section title="Catalog" isFlush>
        <List
          label="Event types"
          list={list}
          columns={COLUMNS}
          idOf={({ name }) => name}
          linkOf={eventTypeLink}
          nothing={
            <Nothing icon={IconCategory} title="The catalog is empty">
              Event types need not be listed to be published; those that are listed can be understood.
            </Nothing>
          }
        />
      </Section>
      {isMaking && <EventTypeForm close={making.close} />}
    </Page>
  );
}
