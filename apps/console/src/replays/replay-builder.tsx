import { Button, Group, Modal, Select, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useState } from 'react';
import { useSession } from '../session/may.js';
import { REASONS } from '../dead-letters/dead-letter.js';
import { ReplayDialog } from './replay-dialog.js';
import type { ReplaySelection } from './replay.js';

const KINDS = [
  { value: 'failed', label: 'What failed and was not replayed' },
  { value: 'missing', label: 'What a subscription matches now and never was delivered' },
  { value: 'all', label: 'All that has ended' },
];

/** First what, then how many that is, how fast and why. Going back keeps what was chosen. */
export function ReplayBuilder({ close }: { close: () => void }) {
  const { tenant } = useSession();
  const [selection, setSelection] = useState<ReplaySelection | null>(null);
  const form = useForm({
    initialValues: { select: 'failed', tenant: '', endpoint: '', type: '', reason: '', since: '', until: '' },
  });
  const { select } = form.getValues();
  const go = (): void => setSelection(toSelection(form.getValues()));
  return (
    <>
      <Modal
        opened={selection === null}
        onClose={close}
        title="New replay"
        closeOnClickOutside={false}
        closeButtonProps={{ 'aria-label': 'Close' }}
        size="lg"
      >
        <form
          onSubmit={(event) => {
            event.preventDefault();
            go();
          }}
        >
          <Stack gap="md">
            <Select label="What" data={KINDS} allowDeselect={false} {...form.getInputProps('select')} />
            {tenant === null && (
              <TextInput label="Tenant" placeholder="id or uid; all unless given" {...form.getInputProps('tenant')} />
            )}
            <TextInput
              label="Endpoint"
              placeholder={select === 'missing' ? 'id or uid' : 'id or uid; all unless given'}
              required={select === 'missing'}
              {...form.getInputProps('endpoint')}
            />
            <TextInput label="Event type" placeholder="payment.*; all unless given" {...form.getInputProps('type')} />
            {select === 'failed' && (
              <Select
                label="Reason"
                placeholder="any"
                data={[...REASONS]}
                clearable
                {...form.getInputProps('reason')}
              />
            )}
            <Group grow align="flex-start">
              <TextInput type="datetime-local" label="From" {...form.getInputProps('since')} />
              <TextInput type="datetime-local" label="Until" {...form.getInputProps('until')} />
            </Group>
            <Group justify="flex-end" gap="xs">
              <Button variant="default" onClick={close}>
                Not now
              </Button>
              <Button type="submit">Count</Button>
            </Group>
          </Stack>
        </form>
      </Modal>
      {selection !== null && <ReplayDialog selection={selection} close={() => setSelection(null)} after={close} />}
    </>
  );
}

function toSelection(values: Record<string, string | null>): ReplaySelection {
  const given = Object.entries(values).flatMap(([name, value]) => {
    if (!value) return [];
    const isTime = name === 'since' || name === 'until';
    return [[name, isTime ? new Date(value).toISOString() : value.trim()]];
  });
  return Object.fromEntries(given) as ReplaySelection;
}
