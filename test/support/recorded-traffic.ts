import type { Database } from '#database';
import { type NextStep, recordAttempts } from '#deliveries';
import { newUuid, parseTypeId, toTypeId } from '#kernel';
import type { ApiClient } from './api-client.js';
import type { MadeTenant } from './factories.js';

/** Traffic without a worker: events are published over the API, attempts are recorded as a worker would. */

/** Publishes an event; answers its id. */
export async function publish(
  api: ApiClient,
  tenant: MadeTenant,
  fields: Record<string, unknown> = {},
): Promise<string> {
  const event = { tenant: tenant.id, type: 'order.created', data: { n: 1 }, ...fields };
  const { body } = await api.post('/v1/events', event, { expect: 202 });
  return String(body['id']);
}

/** The ids of an event's open deliveries, oldest first. */
export async function openDeliveries(db: Database, eventId: string): Promise<string[]> {
  const rows = await db.query<{ id: string }>(`SELECT id FROM open_deliveries WHERE event_id = $1 ORDER BY id`, [
    parseTypeId('evt', eventId),
  ]);
  return rows.map(({ id }) => toTypeId('dlv', id));
}

/** What an attempt came to: a status code, and where the delivery goes. Failed unless the code is a 2xx. */
export interface AttemptOutcome {
  statusCode?: number;
  errorCode?: string;
  next?: 'succeeded' | 'retry' | 'dead';
  reason?: string;
  responseHeaders?: Record<string, string>;
  responseBody?: string;
  signature?: string;
}

/** Records one attempt of an open delivery. */
export async function attempt(db: Database, deliveryId: string, outcome: AttemptOutcome = {}): Promise<void> {
  const id = parseTypeId('dlv', deliveryId)!;
  const [row] = await db.query<{ generation: number; attempts: number; version: number; isReplay: boolean }>(
    `SELECT o.generation, o.attempts, e.version, o.replay_of IS NOT NULL AS "isReplay"
       FROM open_deliveries o JOIN endpoints e ON e.id = o.endpoint_id WHERE o.id = $1`,
    [id],
  );
  const statusCode = outcome.statusCode ?? 200;
  const isSuccess = statusCode >= 200 && statusCode < 300;
  const moved = await recordAttempts(db, [
    {
      deliveryId: id,
      generation: row!.generation,
      number: row!.attempts + 1,
      endpointVersion: row!.version,
      trigger: row!.isReplay ? 'replay' : 'schedule',
      startedAtMs: Date.now(),
      durationMs: 12,
      statusCode,
      errorCode: isSuccess ? null : (outcome.errorCode ?? 'status'),
      error: isSuccess ? null : `answered ${statusCode}`,
      remoteAddress: '203.0.113.7',
      dnsMs: 1.5,
      connectMs: 2,
      tlsMs: 3,
      firstByteMs: 4,
      signature: outcome.signature ?? 'v1,c2ln',
      responseHeaders: JSON.stringify(outcome.responseHeaders ?? { server: 'test' }),
      responseBody: outcome.responseBody ?? 'answer',
      truncated: false,
      next: toNext(outcome, isSuccess),
    },
  ]);
  if (moved !== 1) throw new Error(`${deliveryId} did not move`);
}

function toNext({ next, reason = 'exhausted' }: AttemptOutcome, isSuccess: boolean): NextStep {
  const to = next ?? (isSuccess ? 'succeeded' : 'retry');
  if (to === 'dead') return { to, reason, deadLetterId: newUuid(Date.now()) };
  return to === 'retry' ? { to, dueAtMs: Date.now() + 60_000 } : { to };
}

/** Publishes an event and buries its one delivery; answers the ids of all three. */
export async function aDeadLetter(
  api: ApiClient,
  db: Database,
  tenant: MadeTenant,
  fields: Record<string, unknown> = {},
  outcome: AttemptOutcome = {},
): Promise<{ event: string; delivery: string; deadLetter: string }> {
  const event = await publish(api, tenant, fields);
  const [delivery] = await openDeliveries(db, event);
  await attempt(db, delivery!, { statusCode: 500, next: 'dead', ...outcome });
  return { event, delivery: delivery!, deadLetter: await deadLetterOf(db, delivery!) };
}

/** The dead letter that a delivery has left. */
export async function deadLetterOf(db: Database, deliveryId: string): Promise<string> {
  const [row] = await db.query<{ id: string }>(`SELECT id FROM dead_letters WHERE delivery_id = $1`, [
    parseTypeId('dlv', deliveryId),
  ]);
  return toTypeId('dl', row!.id);
}

/** All pages of a list, as a client walks them: until `nextCursor` is null. */
export async function allPages<Item = Record<string, unknown>>(
  api: ApiClient,
  path: string,
  limit = 3,
): Promise<Item[]> {
  const items: Item[] = [];
  const glue = path.includes('?') ? '&' : '?';
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page: { body: { data: Item[]; nextCursor: string | null } } = await api.get(
      `${path}${glue}limit=${limit}${cursor && `&cursor=${cursor}`}`,
    );
    if (page.body.data.length > limit) throw new Error('a page is longer than its limit');
    items.push(...page.body.data);
    cursor = page.body.nextCursor;
  }
  return items;
}

export const idsOf = (items: readonly { id?: unknown }[]): string[] => items.map(({ id }) => String(id));
