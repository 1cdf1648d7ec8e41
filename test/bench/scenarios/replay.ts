import { toTypeId } from '#kernel';
import type { Ledgers } from '../figures/ledgers.js';
import { round } from '../figures/percentiles.js';
import { prepareSeeding, seedRows } from '../history/seed-rows.js';
import type { Replay } from '../publisher/publisher-messages.js';
import { figuresOf } from '../report/result.js';
import { commonRows } from '../report/rows.js';
import type { Stage } from '../stage.js';
import { MANY_ENDPOINTS } from './saturation.js';
import type { Scenario } from './scenario.js';

const DEAD_LETTERS = 20_000;
const CONNECTIONS = 64;
const MS_PER_ROW = 100;

/** Answered by the API; sending them may take longer. */
const REPLAYS_PER_SECOND = { atLeast: 1_500 };

/** 20,000 dead letters, replayed one by one over the API by 64 callers at once; measured to the last arrival. */
export const replay: Scenario = {
  batch: 1,
  run: async (stage, batch) => {
    await stage.openEndpoints(MANY_ENDPOINTS);
    const replays = await makeDeadLetters(stage);
    const key = stage.servers.platform.adminKey;
    const load = stage.start({ kind: 'replays', key, replays, connections: CONNECTIONS });
    const measured = await stage.measure(
      stage.ended(load).then(() => stage.arrived()),
      'replaying',
    );
    const ledgers = await stage.settle();
    const figures = figuresOf(ledgers, measured);
    const replaysPerSecond = answeredPerSecond(ledgers, measured.fromMs);
    return {
      figures,
      extras: { deadLetters: DEAD_LETTERS, connections: CONNECTIONS, replaysPerSecond },
      rows: [
        { figure: 'replays a second', value: replaysPerSecond, unit: '/s', limit: REPLAYS_PER_SECOND },
        ...commonRows(figures, stage.options, batch),
      ],
    };
  },
};

function answeredPerSecond({ accepted }: Ledgers, fromMs: number): number {
  const lastMs = accepted.reduce((last, { atMs, tookMs }) => Math.max(last, atMs + tookMs), fromMs);
  return lastMs === fromMs ? 0 : round((accepted.length * 1_000) / (lastMs - fromMs), 1);
}

async function makeDeadLetters({ servers, progress }: Stage): Promise<Replay[]> {
  const { rows } = servers.postgres;
  progress.say(`replay: making ${DEAD_LETTERS.toLocaleString('en-US')} dead letters`);
  await prepareSeeding(rows);
  await seedRows(rows, {
    from: 0,
    to: DEAD_LETTERS,
    startMs: Date.now() - DEAD_LETTERS * MS_PER_ROW,
    msPerRow: MS_PER_ROW,
    status: `'dead'`,
    tables: { events: 'events', deliveries: 'deliveries', attempts: 'attempts' },
  });
  await rows.query('VACUUM ANALYZE events, deliveries, attempts, dead_letters');
  const made = await rows.query<{ id: string; event: string }>(
    'SELECT id, event_id AS event FROM dead_letters ORDER BY id',
  );
  return made.rows.map(({ id, event }) => ({
    path: `/v1/dead-letters/${toTypeId('dl', id)}/replay`,
    webhookId: toTypeId('evt', event),
  }));
}
