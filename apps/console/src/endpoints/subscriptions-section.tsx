import { ActionIcon, Button, Group, Tooltip } from '@mantine/core';
import { IconAntenna, IconPencil, IconPlus, IconTrash } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import { api } from '../api/client.js';
import { usePagedList } from '../api/page.js';
import { useMay } from '../session/may.js';
import { AskDialog } from '../ui/ask-dialog.js';
import type { DataColumn } from '../ui/data-table.js';
import { Id } from '../ui/id.js';
import { List } from '../ui/list.js';
import { Section } from '../ui/page.js';
import { Nothing } from '../ui/states.js';
import { Status } from '../ui/status.js';
import { When } from '../ui/when.js';
import type { Endpoint } from './endpoint.js';
import { OPERATORS, toConditions } from './filter-conditions.js';
import type { Subscription } from './subscription-fields.js';
import { SubscriptionForm } from './subscription-form.js';

const COLUMNS: readonly DataColumn<Subscription>[] = [
  { header: 'Event types', cell: ({ eventTypes }) => eventTypes.join(', ') },
  { header: 'Channels', cell: ({ channels }) => channels?.join(', ') ?? 'all' },
  { header: 'Filter', cell: ({ filter }) => (filter === null ? '–' : toFilterWords(filter)), isWide: true },
  {
    header: 'State',
    cell: ({ enabled }) => (enabled ? <Status tone="good">enabled</Status> : <Status tone="off">disabled</Status>),
  },
  { header: 'Id', cell: ({ id }) => <Id id={id} />, isExtra: true },
  { header: 'Changed', cell: ({ updatedAt }) => <When at={updatedAt} />, isNumber: true },
];

/** A filter in a line: in words where it is rows, as JSON otherwise. */
function toFilterWords(filter: NonNullable<Subscription['filter']>): ReactNode {
  const rows = toConditions(filter);
  const json = JSON.stringify(filter);
  if (rows === null) return <code title={json}>{json}</code>;
  const words = rows.map(
    ({ path, operator, value }) => `${path} ${OPERATORS.find((one) => one.value === operator)?.label} ${value}`,
  );
  return <span title={json}>{words.join('; ')}</span>;
}

/** Which events an endpoint wants. */
export function SubscriptionsSection({ endpoint }: { endpoint: Endpoint }) {
  const mayWrite = useMay()('subscriptions:write');
  const [edited, setEdited] = useState<Subscription | 'new' | null>(null);
  const [deleted, setDeleted] = useState<Subscription | null>(null);
  const path = `/v1/tenants/${endpoint.tenant}/subscriptions`;
  const list = usePagedList<Subscription>(['subscriptions'], path, { endpoint: endpoint.id });
  const columns: readonly DataColumn<Subscription>[] = mayWrite
    ? [
        ...COLUMNS,
        {
          header: 'Change',
          isNumber: true,
          isCorner: true,
          cell: (row) => (
            <Group gap={4} justify="flex-end" wrap="nowrap">
              <Tooltip label="Change">
                <ActionIcon variant="subtle" color="gray" aria-label="Change" onClick={() => setEdited(row)}>
                  <IconPencil size={15} />
                </ActionIcon>
              </Tooltip>
              <Tooltip label="Delete">
                <ActionIcon variant="subtle" color="gray" aria-label="Delete" onClick={() => setDeleted(row)}>
                  <IconTrash size={15} />
                </ActionIcon>
              </Tooltip>
            </Group>
          ),
        },
      ]
    : COLUMNS;
  return (
    <Section
      title="Subscriptions"
      note="An event that any of them matches is delivered once"
      isFlush
      actions={
        mayWrite && (
          <Button size="xs" leftSection={<IconPlus size={15} />} onClick={() => setEdited('new')}>
            New subscription
          </Button>
        )
      }
    >
      <List
        label="Subscriptions"
        list={list}
        columns={columns}
        idOf={({ id }) => id}
        nothing={
          <Nothing icon={IconAntenna} title="It wants nothing yet">
            Without a subscription an endpoint gets no event.
          </Nothing>
        }
      />
      {edited !== null && (
        <SubscriptionForm
          endpoint={endpoint}
          subscription={edited === 'new' ? null : edited}
          close={() => setEdited(null)}
        />
      )}
      {deleted !== null && (
        <AskDialog
          title="Delete this subscription?"
          verb="Delete"
          run={() => api.delete(`${path}/${deleted.id}`)}
          done="Deleted."
          close={() => setDeleted(null)}
          isDangerous
        >
          New events of {deleted.eventTypes.join(', ')} no longer go to this endpoint, unless another subscription
          matches.
        </AskDialog>
      )}
    </Section>
  );
}
