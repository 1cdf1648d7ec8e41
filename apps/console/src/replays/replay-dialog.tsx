import { NumberInput, Text, Textarea } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useLocation } from 'wouter';
import { api } from '../api/client.js';
import { useApiForm } from '../ui/api-form.js';
import { FormDialog } from '../ui/form-dialog.js';
import { type NumberField, readNumber } from '../ui/form-errors.js';
import { ErrorNote, Loading } from '../ui/states.js';
import { type Replay, replayLink, type ReplaySelection } from './replay.js';

interface ReplayDialogProps {
  readonly selection: ReplaySelection;
  readonly close: () => void;
  readonly after?: () => void;
}

const DEFAULT_RATE = 50;

/** Says how many it would be, asks how fast and why, and starts. */
export function ReplayDialog({ selection, close, after }: ReplayDialogProps) {
  const [, navigate] = useLocation();
  const count = useQuery({
    queryKey: ['replays', 'dry-run', selection],
    queryFn: () => api.post<Replay>('/v1/replays', { ...selection, dryRun: true }),
    staleTime: 0,
    retry: false,
  });
  const { form, sending } = useApiForm<{ ratePerSecond: NumberField; note: string }, Replay>({
    initialValues: { ratePerSecond: DEFAULT_RATE, note: '' },
    send: async ({ ratePerSecond, note }, once) => {
      const rate = readNumber('ratePerSecond', ratePerSecond);
      return api.post<Replay>('/v1/replays', { ...selection, ratePerSecond: rate, note: note.trim() || null }, once);
    },
    done: 'The replay has started.',
    after: (replay) => {
      close();
      after?.();
      navigate(replayLink(replay));
    },
  });
  return (
    <FormDialog
      title="Replay"
      verb={count.data === undefined ? 'Replay' : `Replay ${toCount(count.data)}`}
      {...sending}
      isPointless={count.data?.matched === 0}
      close={close}
      size="md"
    >
      {count.isPending && <Loading rows={1} />}
      {count.error !== null && <ErrorNote error={count.error} />}
      {count.data !== undefined && (
        <Text size="sm">
          {count.data.matched === 0
            ? 'Nothing matches: there is nothing to replay.'
            : `${toCount(count.data)} would be delivered again, the oldest first, each to its endpoint as it is now.`}
        </Text>
      )}
      <NumberInput label="A second at most" min={0.1} max={5000} {...form.getInputProps('ratePerSecond')} />
      <Textarea
        label="Reason"
        description="Stands on the replay and on the dead letters it resolves"
        autosize
        minRows={2}
        data-autofocus
        {...form.getInputProps('note')}
      />
    </FormDialog>
  );
}

function toCount({ matched, matchedExact }: Replay): string {
  return `${matched.toLocaleString()}${matchedExact ? '' : ' or more'}`;
}
