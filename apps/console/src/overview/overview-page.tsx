import { Button, SegmentedControl } from '@mantine/core';
import { IconActivityHeartbeat, IconHeartbeat, IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react';
import { useState } from 'react';
import { Link } from 'wouter';
import { api } from '../api/client.js';
import { endpointLink } from '../endpoints/endpoint.js';
import { withoutScheme } from '../endpoints/endpoint-name.js';
import { useMay, useSession } from '../session/may.js';
import { TenantName } from '../tenants/tenant-name.js';
import { useAction } from '../ui/action.js';
import { AskDialog } from '../ui/ask-dialog.js';
import { type DataColumn, DataTable } from '../ui/data-table.js';
import { Figure, Figures } from '../ui/figures.js';
import { Page, Section } from '../ui/page.js';
import { toPercent } from '../ui/percent.js';
import { ErrorNote, Loading, Nothing } from '../ui/states.js';
import { Status, type Tone } from '../ui/status.js';
import { toDuration } from '../ui/time.js';
import { useUrlState } from '../ui/url-state.js';
import { When } from '../ui/when.js';
import { type Overview, SPANS, type Span, type Stats, useOverview, useStats } from './stats.js';
import { TrafficCharts } from './traffic-charts.js';

type InTrouble = Overview['endpointsInTrouble'][number];

/** Whether all is well, and if not, where to look. */
export function OverviewPage() {
  const [{ span }, change] = useUrlState(['span']);
  const chosen: Span = span in SPANS ? (span as Span) : 'hour';
  const stats = useStats(chosen);
  const overview = useOverview();
  return (
    <Page
      title="Overview"
      aside={overview.data?.deliveriesPausedAt != null && <Status tone="held">all deliveries are paused</Status>}
      actions={
        <>
          {overview.data !== undefined && <PlatformSwitch isPaused={overview.data.deliveriesPausedAt !== null} />}
          <SegmentedControl
            size="xs"
            aria-label="Span of time"
            data={Object.entries(SPANS).map(([value, { label }]) => ({ value, label }))}
            value={chosen}
            onChange={(value) => change({ span: value })}
          />
        </>
      }
    >
      {overview.error !== null && overview.data === undefined && <ErrorNote error={overview.error} />}
      {overview.data !== undefined && stats.data !== undefined && (
        <OverviewFigures overview={overview.data} stats={stats.data} />
      )}
      <Section title="Traffic">
        {stats.data === undefined && stats.error === null && <Loading rows={5} />}
        {stats.data === undefined && stats.error !== null && <ErrorNote error={stats.error} />}
        {stats.data !== undefined && <TrafficCharts stats={stats.data} />}
      </Section>
      {(overview.data !== undefined || overview.isLoading) && (
        <Section title="Endpoints in trouble" note="The newest first" isFlush>
          {overview.data === undefined ? (
            <Loading rows={3} />
          ) : (
            <InTroubleTable rows={overview.data.endpointsInTrouble} total={stats.data?.total} />
          )}
        </Section>
      )}
    </Page>
  );
}

function OverviewFigures({ overview, stats: { total } }: { overview: Overview; stats: Stats }) {
  const { successRate, latencyMs } = total;
  const number = (value: number): string => value.toLocaleString();
  return (
    <Figures>
      <Figure label="Delivered" value={number(total.delivered)} note={`${number(total.published)} events published`} />
      <Figure
        label="Success rate"
        value={successRate === null ? '–' : `${toPercent(successRate)} %`}
        note={`${number(total.failed)} of ${number(total.attempts)} attempts failed`}
        {...(successRate !== null && successRate < 0.95 ? { tone: 'bad' as const } : {})}
      />
      <Figure
        label="Latency, p95"
        value={latencyMs.p95 === null ? '–' : toDuration(latencyMs.p95)}
        note={latencyMs.p50 === null ? 'nothing was sent' : `half within ${toDuration(latencyMs.p50)}`}
      />
      <Figure
        label="Due now"
        value={<Link href="/deliveries?status=pending">{number(overview.due)}</Link>}
        note={
          overview.oldestDueAt === null ? (
            'nothing waits'
          ) : (
            <>
              the oldest since <When at={overview.oldestDueAt} />
            </>
          )
        }
      />
      <Figure
        label="Held"
        value={<Link href="/deliveries?status=held">{number(overview.held)}</Link>}
        note={overview.held === 0 ? 'nothing is paused' : 'by a pause; sent when it ends'}
      />
      <Figure
        label="Open dead letters"
        value={<Link href="/dead-letters">{number(overview.deadLetters)}</Link>}
        note={overview.deadLetters === 0 ? 'nothing was given up' : 'to be replayed or discarded'}
        {...(overview.deadLetters > 0 ? { tone: 'bad' as const } : {})}
      />
    </Figures>
  );
}

const TROUBLES: Readonly<Record<InTrouble['trouble'], { words: string; tone: Tone }>> = {
  disabled: { words: 'disabled', tone: 'off' },
  paused: { words: 'paused', tone: 'held' },
  circuit_open: { words: 'circuit open', tone: 'warn' },
  failing: { words: 'failing', tone: 'bad' },
};

/** What is said where the API knows no reason: somebody did it, and gave none. */
const UNREASONED: Readonly<Record<InTrouble['trouble'], string>> = {
  disabled: 'Somebody disabled it.',
  paused: 'Somebody paused it: deliveries are held.',
  circuit_open: 'It fails too often.',
  failing: 'Nothing has succeeded there for long.',
};

const linkOf = ({ tenant, endpoint }: InTrouble): string => endpointLink(tenant, endpoint);

const COLUMNS: readonly DataColumn<InTrouble>[] = [
  {
    header: 'Endpoint',
    cell: (row) => <Link href={linkOf(row)}>{withoutScheme(row.url)}</Link>,
  },
  {
    header: 'Trouble',
    cell: ({ trouble }) => <Status tone={TROUBLES[trouble].tone}>{TROUBLES[trouble].words}</Status>,
  },
  { header: 'Why', cell: ({ reason, trouble }) => reason ?? UNREASONED[trouble], isWide: true },
  { header: 'Tenant', cell: ({ tenant }) => <TenantName id={tenant} />, isExtra: true },
  { header: 'Since', cell: ({ since }) => <When at={since} />, isNumber: true, isCorner: true },
];

interface InTroubleTableProps {
  readonly rows: readonly InTrouble[];
  readonly total: Stats['total'] | undefined;
}

function InTroubleTable({ rows, total }: InTroubleTableProps) {
  const { tenant } = useSession();
  if (rows.length === 0) return <NoneInTrouble failed={total?.failed ?? 0} />;
  const columns = tenant === null ? COLUMNS : COLUMNS.filter(({ header }) => header !== 'Tenant');
  return (
    <DataTable
      label="Endpoints in trouble"
      rows={rows}
      columns={columns}
      idOf={({ endpoint }) => endpoint}
      linkOf={linkOf}
    />
  );
}

/** No endpoint stands out; what failed all the same is not hidden behind that. */
function NoneInTrouble({ failed }: { failed: number }) {
  if (failed === 0)
    return (
      <Nothing icon={IconHeartbeat} title="All endpoints are well">
        None is paused, disabled or cut off, and no attempt failed in this span.
      </Nothing>
    );
  return (
    <Nothing icon={IconActivityHeartbeat} title="No endpoint is paused, disabled or cut off">
      {failed === 1 ? 'One attempt' : `${failed.toLocaleString()} attempts`} failed in this span all the same:{' '}
      <Link href="/deliveries?waitingFor=retry">what is retried</Link>,{' '}
      <Link href="/deliveries?status=dead">what was given up</Link>.
    </Nothing>
  );
}

/** Stops and starts all deliveries of the platform. */
function PlatformSwitch({ isPaused }: { isPaused: boolean }) {
  const mayDo = useMay();
  const [isAsking, setIsAsking] = useState(false);
  const resume = useAction(() => api.post('/v1/deliveries/resume'), { done: 'Deliveries go on.' });
  if (!mayDo('platform:pause')) return null;
  if (isPaused) {
    return (
      <Button size="xs" leftSection={<IconPlayerPlay size={15} />} loading={resume.isBusy} onClick={() => resume.go()}>
        Resume all
      </Button>
    );
  }
  return (
    <>
      <Button size="xs" variant="default" leftSection={<IconPlayerPause size={15} />} onClick={() => setIsAsking(true)}>
        Pause all
      </Button>
      {isAsking && (
        <AskDialog
          title="Pause all deliveries, of all tenants?"
          verb="Pause all"
          run={() => api.post('/v1/deliveries/pause')}
          done="Paused. Publishing goes on; what is due waits."
          close={() => setIsAsking(false)}
          isDangerous
        >
          Nothing goes out until it is resumed. Events are accepted and kept.
        </AskDialog>
      )}
    </>
  );
}
