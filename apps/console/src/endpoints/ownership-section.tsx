import { Button, Stack, Text, TextInput } from '@mantine/core';
import { IconShieldCheck } from '@tabler/icons-react';
import { useState } from 'react';
import { api } from '../api/client.js';
import { AttemptCard } from '../deliveries/attempt-card.js';
import type { Attempt } from '../deliveries/delivery.js';
import { useMay } from '../session/may.js';
import { useAction } from '../ui/action.js';
import { useApiForm } from '../ui/api-form.js';
import { Section } from '../ui/page.js';
import { ErrorNote } from '../ui/states.js';
import { When } from '../ui/when.js';
import { type Endpoint, endpointPath } from './endpoint.js';
import classes from './ownership-section.module.css';

interface Verification {
  readonly verified: boolean;
  /** What was seen, and what to do about it. */
  readonly detail: string;
  readonly challengeExpiresAt: string | null;
  readonly attempt: Attempt | null;
}

/** How an endpoint proves that it wants the traffic: until then it gets none. */
export function OwnershipSection({ endpoint }: { endpoint: Endpoint }) {
  const mayOperate = useMay()('endpoints:operate');
  const [result, setResult] = useState<Verification | null>(null);
  const path = `${endpointPath(endpoint.tenant, endpoint.id)}/verify`;
  const verify = useAction(() => api.post<Verification>(path), { after: setResult, isErrorShown: true });
  return (
    <Section
      title="This URL has not proven yet that it wants the traffic"
      actions={
        mayOperate && (
          <Button
            size="xs"
            leftSection={<IconShieldCheck size={15} />}
            loading={verify.isBusy}
            onClick={() => verify.go()}
          >
            Send a challenge
          </Button>
        )
      }
    >
      <Stack gap="sm">
        <Text size="sm">
          Give the receiver its secret (under Secrets), and have it answer an event of the type{' '}
          <code>posthorn.endpoint.verification</code> with <code>{'{"challenge": "…"}'}</code>, the one that stands in
          its data.{' '}
          {endpoint.status === 'disabled'
            ? 'The endpoint is enabled as soon as it does.'
            : 'It is enabled all the same, since before that was asked for.'}
        </Text>
        {verify.error !== null && <ErrorNote error={verify.error} />}
        <div aria-live="polite">
          {result !== null && (
            <p className={classes.verdict} data-verified={result.verified}>
              {result.detail}
            </p>
          )}
        </div>
        {result?.attempt != null && (
          <AttemptCard
            key={result.attempt.id}
            attempt={result.attempt}
            longestMs={Math.max(1, result.attempt.durationMs)}
            isFirstShown={false}
          />
        )}
        {mayOperate && <ChallengeForm path={path} expiresAt={result?.challengeExpiresAt ?? null} after={setResult} />}
      </Stack>
    </Section>
  );
}

interface ChallengeFormProps {
  readonly path: string;
  readonly expiresAt: string | null;
  readonly after: (result: Verification) => void;
}

/** For receivers that cannot answer with the challenge: somebody has read it there. */
function ChallengeForm({ path, expiresAt, after }: ChallengeFormProps) {
  const { form, sending } = useApiForm<{ challenge: string }, Verification>({
    initialValues: { challenge: '' },
    send: ({ challenge }, once) => api.post<Verification>(path, { challenge: challenge.trim() }, once),
    after,
  });
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        sending.submit();
      }}
    >
      <div className={classes.challenge}>
        <TextInput
          label="Or the challenge, as the receiver got it"
          description={
            <>
              For receivers that cannot answer with it
              {expiresAt !== null && (
                <>
                  ; it ends <When at={expiresAt} />
                </>
              )}
            </>
          }
          autoComplete="off"
          {...form.getInputProps('challenge')}
          error={form.errors['challenge'] ?? sending.complaint}
        />
        <Button type="submit" variant="default" loading={sending.isBusy}>
          Prove
        </Button>
      </div>
    </form>
  );
}
