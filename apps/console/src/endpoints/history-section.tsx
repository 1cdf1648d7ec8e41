import { Button } from '@mantine/core';
import { IconHistory, IconRestore } from '@tabler/icons-react';
import { useState } from 'react';
import { api } from '../api/client.js';
import { usePagedList } from '../api/page.js';
import { useMay } from '../session/may.js';
import { AskDialog } from '../ui/ask-dialog.js';
import { List } from '../ui/list.js';
import { Section } from '../ui/page.js';
import { Nothing } from '../ui/states.js';
import type { DataColumn } from '../ui/data-table.js';
import { type FactsOf, ValueDiff } from '../ui/value-diff.js';
import { When } from '../ui/when.js';
import { type Endpoint, endpointPath } from './endpoint.js';

/** An endpoint as it was between two changes. */
interface Version {
  readonly version: number;
  readonly createdAt: string;
  readonly action: string | null;
  readonly by: string | null;
  readonly keyName: string | null;
  readonly actor: string | null;
  readonly changed: readonly string[];
  /** Null of a version from before there was a history. */
  readonly endpoint: Readonly<Record<string, unknown>> | null;
  readonly subscriptions: readonly Readonly<Record<string, unknown>>[] | null;
}

/** What was changed about an endpoint, from one version to the next, and the way back. */
export function HistorySection({ endpoint }: { endpoint: Endpoint }) {
  const mayRestore = useMay()('endpoints:write');
  const [restored, setRestored] = useState<Version | null>(null);
  const [shown, setShown] = useState<number | null>(null);
  const path = `${endpointPath(endpoint.tenant, endpoint.id)}/versions`;
  const list = usePagedList<Version>(['endpoints', endpoint.tenant, endpoint.id, 'versions'], path);
  const before = (version: Version): FactsOf => {
    const next = list.rows[list.rows.indexOf(version) + 1];
    return next === undefined ? null : toFacts(next);
  };
  const columns: readonly DataColumn<Version>[] = [
    { header: 'Version', cell: ({ version }) => `#${version}` },
    { header: 'When', cell: ({ createdAt }) => <When at={createdAt} /> },
    { header: 'Who', cell: ({ actor, keyName, by }) => actor ?? keyName ?? by ?? '–' },
    { header: 'What', cell: ({ action }) => action ?? '–', isExtra: true },
    { header: 'Changed', cell: ({ changed }) => changed.join(', ') || '–', isWide: true },
    {
      header: 'Act',
      isNumber: true,
      isCorner: true,
      cell: (row) => (
        <Button.Group>
          <Button
            size="compact-xs"
            variant="default"
            aria-expanded={shown === row.version}
            onClick={() => setShown(shown === row.version ? null : row.version)}
          >
            Diff
          </Button>
          {mayRestore && row.endpoint !== null && row.version !== endpoint.version && (
            <Button
              size="compact-xs"
              variant="default"
              leftSection={<IconRestore size={13} />}
              onClick={() => setRestored(row)}
            >
              Restore
            </Button>
          )}
        </Button.Group>
      ),
    },
  ];
  const chosen = list.rows.find(({ version }) => version === shown);
  return (
    <>
      <Section title="Configuration history" note="Newest first" isFlush>
        <List
          label="Versions"
          list={list}
          columns={columns}
          idOf={({ version }) => String(version)}
          nothing={<Nothing icon={IconHistory} title="It was never changed" />}
        />
      </Section>
      {chosen !== undefined && (
        <Section title={`What version ${chosen.version} changed`}>
          <ValueDiff before={before(chosen)} after={toFacts(chosen)} />
        </Section>
      )}
      {restored !== null && (
        <AskDialog
          title={`Back to version ${restored.version}?`}
          verb="Restore"
          run={() => api.post(`${path}/${restored.version}/restore`)}
          done="Restored, as a new version."
          close={() => setRestored(null)}
        >
          <p>What would change (secrets stay as they are):</p>
          <ValueDiff before={list.rows[0] === undefined ? null : toFacts(list.rows[0])} after={toFacts(restored)} />
        </AskDialog>
      )}
    </>
  );
}

/** Its settings, and its subscriptions without what only counts or tells the time. */
function toFacts({ endpoint, subscriptions }: Version): FactsOf {
  const wanted = subscriptions?.map(({ eventTypes, channels, filter, enabled }) => ({
    eventTypes,
    channels,
    filter,
    enabled,
  }));
  return { ...endpoint, subscriptions: wanted };
}
