import pg from 'pg';
import { toTypeId } from '#kernel';

/** What the platform has on record when it has come to rest. Ids as users see them. */
export interface DatabaseRecord {
  events: { id: string; uid: string }[];
  /** Deliveries that have ended. */
  ended: EndedDelivery[];
  /** Deliveries that have not, in words. */
  open: string[];
  /** Deliveries that are open and have ended. */
  twice: number;
  attempts: RecordedAttempt[];
}

export interface EndedDelivery {
  id: string;
  eventId: string;
  endpointId: string;
  status: string;
  /** Of its dead letter. */
  reason: string | null;
  cancelReason: string | null;
}

export interface RecordedAttempt {
  deliveryId: string;
  number: number;
  /** Null: no answer came. */
  statusCode: number | null;
}

const ENDED = `
SELECT d.id, d.event_id AS "eventId", d.endpoint_id AS "endpointId", d.status, l.reason, d.cancel_reason AS "cancelReason"
  FROM deliveries d LEFT JOIN dead_letters l ON l.delivery_id = d.id`;

const OPEN = `
SELECT id, waiting_for || ', due ' || due_at || ', attempts ' || attempts || ', generation ' || generation AS state
  FROM open_deliveries ORDER BY due_at`;

const ATTEMPTS = `SELECT delivery_id AS "deliveryId", number, status_code AS "statusCode" FROM attempts`;

export async function readDatabase(url: string): Promise<DatabaseRecord> {
  const client = new pg.Client({ connectionString: url, application_name: 'posthorn-chaos' });
  await client.connect();
  try {
    const rowsOf = async <Row extends object>(sql: string): Promise<Row[]> => (await client.query<Row>(sql)).rows;
    const [count] = await rowsOf<{ twice: number }>(
      'SELECT count(*)::int AS twice FROM open_deliveries JOIN deliveries USING (id)',
    );
    return {
      events: (await rowsOf<{ id: string; uid: string }>('SELECT id, uid FROM events')).map(({ id, uid }) => ({
        id: toTypeId('evt', id),
        uid,
      })),
      ended: (await rowsOf<EndedDelivery>(ENDED)).map((row) => ({
        ...row,
        id: toTypeId('dlv', row.id),
        eventId: toTypeId('evt', row.eventId),
        endpointId: toTypeId('ep', row.endpointId),
      })),
      open: (await rowsOf<{ id: string; state: string }>(OPEN)).map(
        ({ id, state }) => `${toTypeId('dlv', id)}: ${state}`,
      ),
      twice: count!.twice,
      attempts: (await rowsOf<RecordedAttempt>(ATTEMPTS)).map((row) => ({
        ...row,
        deliveryId: toTypeId('dlv', row.deliveryId),
      })),
    };
  } finally {
    await client.end();
  }
}

/** Whether every delivery has ended. */
export async function hasNothingOpen(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ open: boolean }>('SELECT EXISTS (SELECT FROM open_deliveries) AS open');
  return rows[0]?.open === false;
}
