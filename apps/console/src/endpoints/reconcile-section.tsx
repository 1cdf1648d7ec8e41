import { Button, Group, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useState } from 'react';
import { Link } from 'wouter';
import { api } from '../api/client.js';
import { OnceSender } from '../api/idempotency.js';
import { useMay } from '../session/may.js';
import { useAction } from '../ui/action.js';
import { CodeBlock } from '../ui/code-block.js';
import { showProblem } from '../ui/form-errors.js';
import { Section } from '../ui/page.js';
import { type Endpoint, endpointPath } from './endpoint.js';

interface Reconciliation {
  readonly missing: readonly string[];
  readonly unknown: readonly string[];
  readonly nextSince: string | null;
  readonly replay: string | null;
}

/** What a receiver has not got of a time, by the ids that it has; and the gap replayed. */
export function ReconcileSection({ endpoint }: { endpoint: Endpoint }) {
  const mayReplay = useMay()('replays:write');
  const [complaint, setComplaint] = useState<string | null>(null);
  const [result, setResult] = useState<Reconciliation | null>(null);
  const [sender] = useState(() => new OnceSender());
  const form = useForm({ initialValues: { since: '', until: '', ids: '' } });
  const reconcile = useAction(
    async (replay: boolean) => {
      setComplaint(null);
      const { since, until, ids } = form.getValues();
      const body = {
        since: toTime(since),
        until: toTime(until),
        ids: ids.split(/[\s,]+/).filter(Boolean),
        ...(replay ? { replay } : {}),
      };
      return sender.send(body, (idempotencyKey) =>
        api.post<Reconciliation>(`${endpointPath(endpoint.tenant, endpoint.id)}/reconcile`, body, { idempotencyKey }),
      );
    },
    { isErrorShown: true, after: setResult, failed: (error) => setComplaint(showProblem(form, error)) },
  );
  return (
    <Section title="Reconcile" note="Which events has the receiver not got?">
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          reconcile.go(false);
        }}
      >
        <Stack gap="sm">
          <Group grow align="flex-start">
            <TextInput type="datetime-local" label="From" required {...form.getInputProps('since')} />
            <TextInput type="datetime-local" label="Until (now unless given)" {...form.getInputProps('until')} />
          </Group>
          <Textarea
            label="Ids that the receiver has"
            description="The webhook-id of each, one a line; none if it has nothing"
            autosize
            minRows={3}
            maxRows={10}
            {...form.getInputProps('ids')}
          />
          {complaint !== null && (
            <Text size="sm" c="var(--c-bad)" role="alert">
              {complaint}
            </Text>
          )}
          <Group>
            <Button type="submit" variant="default" loading={reconcile.isBusy}>
              Compare
            </Button>
            {mayReplay && result !== null && result.missing.length > 0 && result.replay === null && (
              <Button loading={reconcile.isBusy} onClick={() => reconcile.go(true)}>
                Replay the gap
              </Button>
            )}
          </Group>
        </Stack>
      </form>
      <div aria-live="polite">{result !== null && <Result result={result} />}</div>
    </Section>
  );
}

function Result({ result: { missing, unknown, nextSince, replay } }: { result: Reconciliation }) {
  return (
    <Stack gap="sm" mt="md">
      <Text size="sm">
        {missing.length === 0 ? 'Nothing is missing.' : `${missing.length} missing.`}{' '}
        {unknown.length > 0 && `${unknown.length} of yours never were to go to this endpoint.`}{' '}
        {nextSince !== null && `There is more than was looked at: go on from ${new Date(nextSince).toLocaleString()}.`}{' '}
        {replay !== null && <Link href={`/replays/${replay}`}>The replay of the gap</Link>}
      </Text>
      {missing.length > 0 && <CodeBlock text={missing.join('\n')} label="what is missing" maxHeight={200} />}
      {unknown.length > 0 && <CodeBlock text={unknown.join('\n')} label="what is unknown" maxHeight={200} />}
    </Stack>
  );
}

/** What is left empty is null, and refused by the API at its field where it must be given. */
function toTime(value: string): string | null {
  return value === '' ? null : new Date(value).toISOString();
}
