import { Button, Tabs, UnstyledButton } from '@mantine/core';
import { useClipboard, useDisclosure } from '@mantine/hooks';
import { IconCheck, IconChevronDown, IconTerminal2 } from '@tabler/icons-react';
import { api } from '../api/client.js';
import { useAction } from '../ui/action.js';
import { CodeBlock } from '../ui/code-block.js';
import { Facts } from '../ui/facts.js';
import { prettyJson } from '../ui/json-text.js';
import { Status } from '../ui/status.js';
import { toDuration, toSpan } from '../ui/time.js';
import { Moment } from '../ui/when.js';
import type { Attempt } from './delivery.js';
import { attemptWords } from './outcome-words.js';
import { TimingBar } from './timing-bar.js';
import classes from './attempt-card.module.css';

interface AttemptCardProps {
  readonly attempt: Attempt;
  /** The longest beside it, so that their bars can be compared. */
  readonly longestMs: number;
  readonly isFirstShown: boolean;
  /** The one before it; left out for the first, and where that was not loaded. */
  readonly earlier?: Attempt | undefined;
}

const TRIGGERS = { schedule: 'on schedule', replay: 'replay', test: 'test event' } as const;

/** One request and what came back. */
export function AttemptCard({ attempt, longestMs, isFirstShown, earlier }: AttemptCardProps) {
  const [isShown, { toggle }] = useDisclosure(isFirstShown);
  const isGood = attempt.outcome === 'succeeded';
  return (
    <article className={classes.attempt} data-outcome={attempt.outcome}>
      <UnstyledButton className={classes.head} onClick={toggle} aria-expanded={isShown}>
        <span className={classes.number}>#{attempt.number}</span>
        <Status tone={isGood ? 'good' : 'bad'}>{attemptWords(attempt)}</Status>
        <span className={classes.when}>
          <Moment at={attempt.startedAt} withMs />
          {earlier !== undefined && <span>{` · ${toSpanBetween(earlier, attempt)} after #${earlier.number}`}</span>}
        </span>
        <span className={classes.duration}>{toDuration(attempt.durationMs)}</span>
        <IconChevronDown size={16} className={classes.chevron} data-open={isShown} aria-hidden />
      </UnstyledButton>
      {isShown && (
        <div className={classes.body}>
          {attempt.error !== null && <p className={classes.error}>{attempt.error}</p>}
          <TimingBar attempt={attempt} longestMs={longestMs} />
          <Facts
            columns={3}
            facts={[
              ['URL', <code key="url">{attempt.request.url ?? '–'}</code>],
              ['Address', attempt.remoteAddress === null ? null : <code key="ip">{attempt.remoteAddress}</code>],
              ['Sent because', TRIGGERS[attempt.trigger]],
            ]}
          />
          <Exchange attempt={attempt} />
        </div>
      )}
    </article>
  );
}

function toSpanBetween(earlier: Attempt, later: Attempt): string {
  return toSpan(Math.max(0, Date.parse(later.startedAt) - Date.parse(earlier.startedAt)));
}

function Exchange({ attempt }: { attempt: Attempt }) {
  const { request, response, statusCode } = attempt;
  return (
    <Tabs defaultValue={statusCode === null ? 'request' : 'response'} keepMounted={false}>
      <div className={classes.tabs}>
        <Tabs.List>
          <Tabs.Tab value="response">Response{statusCode === null ? '' : ` ${statusCode}`}</Tabs.Tab>
          <Tabs.Tab value="request">Request</Tabs.Tab>
        </Tabs.List>
        <CurlButton attempt={attempt.id} />
      </div>
      <Tabs.Panel value="response" pt="sm">
        {statusCode === null ? (
          <p className={classes.quiet}>Nothing came back.</p>
        ) : (
          <>
            <Headers headers={response.headers} label="the response headers" />
            <Body text={response.body} label="the response body" />
            {response.truncated && <p className={classes.quiet}>The body was longer; only its beginning is kept.</p>}
          </>
        )}
      </Tabs.Panel>
      <Tabs.Panel value="request" pt="sm">
        <Headers headers={request.headers} label="the request headers" />
        <Body text={request.body} label="the request body" />
        <p className={classes.quiet}>Credentials are shown as ********.</p>
      </Tabs.Panel>
    </Tabs>
  );
}

function Headers({ headers, label }: { headers: Attempt['response']['headers']; label: string }) {
  const lines = Object.entries(headers).flatMap(([name, values]) =>
    [values].flat().map((value) => `${name}: ${value}`),
  );
  if (lines.length === 0) return null;
  return <CodeBlock text={lines.join('\n')} label={label} maxHeight={200} />;
}

function Body({ text, label }: { text: string | null | undefined; label: string }) {
  if (text === null || text === undefined || text === '') return <p className={classes.quiet}>No body.</p>;
  return (
    <div className={classes.payload}>
      <CodeBlock text={prettyJson(text)} label={label} />
    </div>
  );
}

/** A command that repeats the request with a signature that is fresh and valid. */
function CurlButton({ attempt }: { attempt: string }) {
  const { copy, copied } = useClipboard({ timeout: 1_500 });
  const fetchCurl = useAction(() => api.get<{ curl: string }>(`/v1/attempts/${attempt}/curl`), {
    after: ({ curl }) => copy(curl),
  });
  return (
    <Button
      size="compact-xs"
      variant="default"
      leftSection={copied ? <IconCheck size={13} /> : <IconTerminal2 size={13} />}
      loading={fetchCurl.isBusy}
      onClick={() => fetchCurl.go()}
    >
      {copied ? 'Copied' : 'Copy as curl'}
    </Button>
  );
}
