import { useQuery } from '@tanstack/react-query';
import { api } from '../api/client.js';
import { Section } from '../ui/page.js';
import { ErrorNote, Loading } from '../ui/states.js';
import { Figure, Figures } from '../ui/figures.js';
import { toPercent } from '../ui/percent.js';
import { toDuration } from '../ui/time.js';
import { When } from '../ui/when.js';
import { type Endpoint, endpointPath } from './endpoint.js';
import { HealthChart } from './health-chart.js';
import classes from './health-section.module.css';

interface Measure {
  readonly value: number | null;
  readonly reason: string;
}

interface Health {
  readonly successRate: Measure;
  readonly latencyMs: Measure;
  readonly failuresInARow: Measure;
  readonly lastSuccessAt: string | null;
  readonly lastFailureAt: string | null;
  readonly circuit: {
    readonly state: 'closed' | 'open' | 'half_open';
    readonly since: string | null;
    readonly reason: string | null;
    readonly nextProbeAt: string | null;
  };
  readonly rateLimit: { readonly reason: string; readonly waiting: number } | null;
  readonly throttle: {
    readonly state: string;
    readonly since: string;
    readonly until: string | null;
    readonly reason: string;
  } | null;
}

const REFRESH_MS = 5_000;

/** How an endpoint fares, each figure with its reason. */
export function HealthSection({ endpoint }: { endpoint: Endpoint }) {
  const { data, error, refetch } = useQuery({
    queryKey: ['endpoints', endpoint.tenant, endpoint.id, 'health'],
    queryFn: ({ signal }) => api.get<Health>(`${endpointPath(endpoint.tenant, endpoint.id)}/health`, { signal }),
    refetchInterval: REFRESH_MS,
  });
  return (
    <Section title="Health">
      {error !== null && data === undefined && <ErrorNote error={error} retry={() => void refetch()} />}
      {error === null && data === undefined && <Loading rows={3} />}
      {data !== undefined && (
        <>
          <ShownHealth health={data} />
          <HealthChart endpoint={endpoint} />
        </>
      )}
    </Section>
  );
}

function ShownHealth({ health }: { health: Health }) {
  const { successRate, latencyMs, failuresInARow, circuit, throttle, rateLimit } = health;
  return (
    <>
      {circuit.state !== 'closed' && (
        <p className={classes.trouble}>
          <b>{circuit.state === 'open' ? 'The circuit is open' : 'The circuit is half open'}</b>{' '}
          {circuit.since !== null && <When at={circuit.since} />}: {circuit.reason}
          {circuit.nextProbeAt !== null && (
            <>
              {' '}
              Next probe <When at={circuit.nextProbeAt} />.
            </>
          )}
        </p>
      )}
      {throttle !== null && (
        <p className={classes.trouble}>
          <b>It is {throttle.state === 'paused' ? 'left in peace' : 'slowed down'}</b> since{' '}
          <When at={throttle.since} />: {throttle.reason}
        </p>
      )}
      {rateLimit !== null && <p className={classes.note}>{rateLimit.reason}</p>}
      <Figures>
        <Figure
          label="Success rate"
          value={successRate.value === null ? '–' : `${toPercent(successRate.value)} %`}
          note={successRate.reason}
          tone={successRate.value !== null && successRate.value < 0.95 ? 'bad' : 'good'}
        />
        <Figure
          label="Latency"
          value={latencyMs.value === null ? '–' : toDuration(latencyMs.value)}
          note={latencyMs.reason}
        />
        <Figure
          label="Failures in a row"
          value={failuresInARow.value === null ? '–' : String(failuresInARow.value)}
          note={failuresInARow.reason}
          tone={failuresInARow.value ? 'bad' : 'good'}
        />
        <Figure label="Last success" value={<When at={health.lastSuccessAt} fallback="never" />} note={null} />
        <Figure label="Last failure" value={<When at={health.lastFailureAt} fallback="never" />} note={null} />
      </Figures>
    </>
  );
}
