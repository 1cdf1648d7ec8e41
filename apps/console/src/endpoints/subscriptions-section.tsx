import { ActionIcon, Button, Checkbox, Group, TagsInput, Tooltip } from '@mantine/core';
import { useForm } from '@mantine/form';
import { IconAntenna, IconPencil, IconPlus, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { api } from '../api/client.js';
import { usePagedList } from '../api/page.js';
import { useMay } from '../session/may.js';
import { useAction } from '../ui/action.js';
import { AskDialog } from '../ui/ask-dialog.js';
import type { DataColumn } from '../ui/data-table.js';
import { FormDialog } from '../ui/form-dialog.js';
import { showProblem } from '../ui/form-errors.js';
import { Id } from '../ui/id.js';
import { List } from '../ui/list.js';
import { Section } from '../ui/page.js';
import { Nothing } from '../ui/states.js';
import { Status } from '../ui/status.js';
import { When } from '../ui/when.js';
import type { Endpoint } from './endpoint.js';

interface Subscription {
  readonly id: string;
  readonly eventTypes: readonly string[];
  readonly channels: readonly string[] | null;
  readonly enabled: boolean;
  readonly version: number;
  readonly updatedAt: string;
}

const COLUMNS: readonly DataColumn<Subscription>[] = [
  { header: 'Event types', cell: ({ eventTypes }) => eventTypes.join(', '), isWide: true },
  { header: 'Channels', cell: ({ channels }) => channels?.join(', ') ?? 'all' },
  {
    header: 'State',
    cell: ({ enabled }) => (enabled ? <Status tone="good">enabled</Status> : <Status tone="off">disabled</Status>),
  },
  { header: 'Id', cell: ({ id }) => <Id id={id} />, isExtra: true },
  { header: 'Changed', cell: ({ updatedAt }) => <When at={updatedAt} />, isNumber: true },
];

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
          path={path}
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

interface SubscriptionFormProps {
  readonly path: string;
  readonly endpoint: Endpoint;
  readonly subscription: Subscription | null;
  readonly close: () => void;
}

function SubscriptionForm({ path, endpoint, subscription, close }: SubscriptionFormProps) {
  const [complaint, setComplaint] = useState<string | null>(null);
  const form = useForm({
    initialValues: {
      eventTypes: [...(subscription?.eventTypes ?? [])],
      channels: [...(subscription?.channels ?? [])],
      enabled: subscription?.enabled ?? true,
    },
  });
  const save = useAction(
    async () => {
      const { channels, ...values } = form.getValues();
      const body = { ...values, channels: channels.length === 0 ? null : channels };
      if (subscription === null) return api.post(path, { ...body, endpoint: endpoint.id });
      return api.patch(`${path}/${subscription.id}`, body, { ifMatch: subscription.version });
    },
    {
      done: 'Saved.',
      isErrorShown: true,
      failed: (error) => setComplaint(showProblem(form, error)),
      after: close,
    },
  );
  return (
    <FormDialog
      title={subscription === null ? 'New subscription' : 'Change subscription'}
      verb="Save"
      isBusy={save.isBusy}
      complaint={complaint}
      submit={() => save.go()}
      close={close}
      size="md"
    >
      <TagsInput
        label="Event types"
        description="payment.succeeded, payment.* or * for all; Enter after each"
        data-autofocus
        {...form.getInputProps('eventTypes')}
      />
      <TagsInput
        label="Channels"
        description="None means all; otherwise events with one of these"
        {...form.getInputProps('channels')}
      />
      <Checkbox label="Enabled" {...form.getInputProps('enabled', { type: 'checkbox' })} />
    </FormDialog>
  );
}
