import { Button } from '@mantine/core';
import { IconBan } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../api/client.js';
import { usePagedList } from '../api/page.js';
import { DELIVERY_COLUMNS, deliveryLink } from '../deliveries/delivery-columns.js';
import type { Delivery } from '../deliveries/delivery.js';
import { EndpointName } from '../endpoints/endpoint-name.js';
import { useMay } from '../session/may.js';
import { TenantName } from '../tenants/tenant-name.js';
import { AskDialog } from '../ui/ask-dialog.js';
import { Facts } from '../ui/facts.js';
import { Figure, Figures } from '../ui/figures.js';
import { Id } from '../ui/id.js';
import { List } from '../ui/list.js';
import { Page, Section } from '../ui/page.js';
import { PageOf } from '../ui/page-of.js';
import { Nothing } from '../ui/states.js';
import { Moment } from '../ui/when.js';
import { ReplayProgress } from './replay-progress.js';
import { ReplayState } from './replay-state.js';
import { type Replay, selectionWords } from './replay.js';

const REFRESH_MS = 1_000;
const CRUMBS = [{ label: 'Replays', to: '/replays' }];

/** How far a replay has come. */
export function ReplayPage({ id }: { id: string }) {
  const query = useQuery({
    queryKey: ['replays', id],
    queryFn: ({ signal }) => api.get<Replay>(`/v1/replays/${encodeURIComponent(id)}`, { signal }),
    refetchInterval: ({ state }) => (state.data?.state === 'running' ? REFRESH_MS : false),
  });
  return (
    <PageOf query={query} title="Replay" crumbs={CRUMBS}>
      {(replay) => <ShownReplay replay={replay} />}
    </PageOf>
  );
}

function ShownReplay({ replay }: { replay: Replay }) {
  const mayDo = useMay();
  const [isCancelling, setIsCancelling] = useState(false);
  const list = usePagedList<Delivery>(['deliveries'], '/v1/deliveries', { replay: replay.id });
  const skips = Object.entries(replay.skippedBecause).map(([why, count]) => `${count} ${why.replaceAll('_', ' ')}`);
  return (
    <Page
      title={`Replay of ${selectionWords(replay)}`}
      aside={<ReplayState state={replay.state} />}
      crumbs={CRUMBS}
      actions={
        replay.state === 'running' &&
        mayDo('replays:write') && (
          <Button size="xs" variant="default" leftSection={<IconBan size={15} />} onClick={() => setIsCancelling(true)}>
            Cancel
          </Button>
        )
      }
    >
      <Section title="Progress">
        <ReplayProgress replay={replay} size="xl" />
        <div style={{ marginTop: 16 }}>
          <Figures>
            <Figure
              label="Matched"
              value={replay.matched.toLocaleString()}
              note={replay.matchedExact ? 'all' : 'or more'}
            />
            <Figure
              label="Replayed"
              value={replay.replayed.toLocaleString()}
              note={`${replay.ratePerSecond} a second`}
            />
            <Figure label="Under way" value={replay.pending.toLocaleString()} note={null} />
            <Figure label="Succeeded" value={replay.succeeded.toLocaleString()} note={null} tone="good" />
            <Figure
              label="Failed again"
              value={replay.failed.toLocaleString()}
              note={null}
              {...(replay.failed > 0 ? { tone: 'bad' as const } : {})}
            />
            <Figure label="Skipped" value={replay.skipped.toLocaleString()} note={skips.join(', ') || null} />
          </Figures>
        </div>
      </Section>
      <Section title="Replay">
        <Facts
          columns={3}
          facts={[
            ['Id', <Id key="id" id={replay.id} isFull />],
            ['Started', <Moment key="started" at={replay.createdAt} />],
            ['Ended', <Moment key="ended" at={replay.finishedAt} />],
            ['Tenant', replay.tenant === null ? 'all' : <TenantName key="tenant" id={replay.tenant} />],
            [
              'Endpoint',
              replay.endpoint === null || replay.tenant === null ? (
                'all'
              ) : (
                <EndpointName key="endpoint" tenant={replay.tenant} id={replay.endpoint} />
              ),
            ],
            ['Until', <Moment key="until" at={replay.until} />],
            ['Reason', replay.note],
            ['Asked by', <Id key="by" id={replay.requestedBy} />],
            replay.actor !== null && ['For', replay.actor],
            replay.error !== null && ['Error', replay.error],
          ]}
        />
      </Section>
      <Section title="Deliveries it has made" isFlush>
        <List
          label="Deliveries of this replay"
          list={list}
          columns={DELIVERY_COLUMNS}
          idOf={(row) => row.id}
          linkOf={deliveryLink}
          nothing={<Nothing icon={IconBan} title="None so far" />}
        />
      </Section>
      {isCancelling && (
        <AskDialog
          title="Cancel this replay?"
          verb="Cancel replay"
          run={() => api.post(`/v1/replays/${replay.id}/cancel`)}
          done="Cancelled."
          close={() => setIsCancelling(false)}
          isDangerous
        >
          Nothing more is made of it. Deliveries that it has made go their way.
        </AskDialog>
      )}
    </Page>
  );
}
