import { Button, Text } from '@mantine/core';
import { IconRocket } from '@tabler/icons-react';
import { api } from '../api/client.js';
import { useAction } from '../ui/action.js';
import { Section } from '../ui/page.js';
import { ErrorNote } from '../ui/states.js';
import { Status } from '../ui/status.js';
import { useState } from 'react';
import { type Endpoint, endpointPath } from './endpoint.js';
import classes from './go-live-check.module.css';

interface Finding {
  readonly check: string;
  readonly passed: boolean | null;
  readonly detail: string;
}

interface CheckReport {
  readonly passed: boolean;
  readonly findings: readonly Finding[];
}

/** Whether the receiver really verifies and deduplicates, before it goes live. */
export function GoLiveCheck({ endpoint }: { endpoint: Endpoint }) {
  const [report, setReport] = useState<CheckReport | null>(null);
  const check = useAction(() => api.post<CheckReport>(`${endpointPath(endpoint.tenant, endpoint.id)}/check`), {
    after: setReport,
    isErrorShown: true,
  });
  return (
    <Section
      title="Go-live check"
      isFlush
      actions={
        <Button size="xs" leftSection={<IconRocket size={15} />} loading={check.isBusy} onClick={() => check.go()}>
          Check the receiver
        </Button>
      }
    >
      {check.error !== null && <ErrorNote error={check.error} />}
      {report === null && check.error === null && (
        <Text size="sm" c="dimmed" p="md">
          Sends a good request, a wrongly signed, a stale and a repeated one, and tells what the receiver makes of them.
        </Text>
      )}
      <ul className={classes.findings} aria-live="polite">
        {report?.findings.map(({ check: name, passed, detail }) => (
          <li key={name}>
            <span>
              {passed === null ? (
                <Status tone="off">not known</Status>
              ) : (
                <Status tone={passed ? 'good' : 'bad'}>{passed ? 'passed' : 'failed'}</Status>
              )}
            </span>
            <div>
              <b>{name.replaceAll('_', ' ')}</b>
              <div>{detail}</div>
            </div>
          </li>
        ))}
      </ul>
    </Section>
  );
}
