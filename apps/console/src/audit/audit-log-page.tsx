import { Modal, Text } from '@mantine/core';
import { IconHistory } from '@tabler/icons-react';
import { useState } from 'react';
import { Button } from '@mantine/core';
import { usePagedList } from '../api/page.js';
import type { DataColumn } from '../ui/data-table.js';
import { Facts } from '../ui/facts.js';
import { FilterChoice, Filters, FilterSpan, FilterText, useListFilters } from '../ui/filters.js';
import { Id } from '../ui/id.js';
import { List } from '../ui/list.js';
import { Page, Section } from '../ui/page.js';
import { Nothing } from '../ui/states.js';
import { Moment, When } from '../ui/when.js';
import { type FactsOf, ValueDiff } from '../ui/value-diff.js';

interface AuditEntry {
  readonly id: string;
  readonly createdAt: string;
  readonly by: string;
  readonly key: string | null;
  readonly keyName: string | null;
  readonly role: string | null;
  readonly actor: string | null;
  readonly action: string;
  readonly object: string | null;
  readonly tenant: string | null;
  readonly before: FactsOf;
  readonly after: FactsOf;
  readonly requestId: string | null;
  readonly remoteAddress: string | null;
}

const FILTERS = ['by', 'actor', 'action', 'object', 'tenant'] as const;

const ACTORS = [
  { value: 'api_key', label: 'an API key' },
  { value: 'browser_session', label: 'somebody in the console' },
  { value: 'portal_session', label: 'somebody in a portal' },
  { value: 'command_line', label: 'the command line' },
  { value: 'system', label: 'the platform itself' },
  { value: 'anonymous', label: 'somebody who failed to authenticate' },
];

const who = ({ actor, keyName, by }: AuditEntry): string => actor ?? keyName ?? by.replaceAll('_', ' ');

/** Who has changed what, from what, to what. */
export function AuditLogPage() {
  const { query, values, isAny, clear, at } = useListFilters(FILTERS);
  const [shown, setShown] = useState<AuditEntry | null>(null);
  const list = usePagedList<AuditEntry>(['audit-log'], '/v1/audit-log', query);
  const columns: readonly DataColumn<AuditEntry>[] = [
    { header: 'When', cell: ({ createdAt }) => <When at={createdAt} /> },
    { header: 'Who', cell: who },
    { header: 'What', cell: ({ action }) => action },
    { header: 'Object', cell: ({ object }) => object ?? 'the platform', isWide: true },
    {
      header: 'Changed',
      cell: ({ before, after }) => (
        <Text span inherit c="dimmed">
          {[...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])].slice(0, 4).join(', ')}
        </Text>
      ),
      isExtra: true,
    },
    {
      header: 'More',
      isNumber: true,
      isCorner: true,
      cell: (entry) => (
        <Button size="compact-xs" variant="default" onClick={() => setShown(entry)}>
          Show
        </Button>
      ),
    },
  ];
  return (
    <Page title="Audit log">
      <Filters isAny={isAny} clear={clear}>
        <FilterChoice label="Anybody" value={values.by} options={ACTORS} onChange={at('by')} />
        <FilterText label="Action" value={values.action} onChange={at('action')} />
        <FilterText label="Actor" value={values.actor} onChange={at('actor')} />
        <FilterText label="Object id" value={values.object} onChange={at('object')} />
        <FilterText label="Tenant id or uid" value={values.tenant} onChange={at('tenant')} />
        <FilterSpan value={values.span} onChange={at('span')} />
      </Filters>
      <Section title="Newest first" isFlush>
        <List
          label="Audit log"
          list={list}
          columns={columns}
          idOf={({ id }) => id}
          nothing={<Nothing icon={IconHistory} title={isAny ? 'No entry is like this' : 'Nothing was changed yet'} />}
        />
      </Section>
      {shown !== null && <EntryDialog entry={shown} close={() => setShown(null)} />}
    </Page>
  );
}

function EntryDialog({ entry, close }: { entry: AuditEntry; close: () => void }) {
  return (
    <Modal opened onClose={close} title={entry.action} size="xl" closeButtonProps={{ 'aria-label': 'Close' }}>
      <Facts
        facts={[
          ['When', <Moment key="when" at={entry.createdAt} withMs />],
          ['Who', who(entry)],
          ['Key', entry.key === null ? null : <Id key="key" id={entry.key} />],
          ['Role', entry.role],
          ['Object', entry.object],
          ['From', entry.remoteAddress],
          ['Request', entry.requestId === null ? null : <code key="request">{entry.requestId}</code>],
        ]}
      />
      <ValueDiff before={entry.before} after={entry.after} />
    </Modal>
  );
}
