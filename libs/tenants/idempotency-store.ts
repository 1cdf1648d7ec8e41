import { Injectable } from '@nestjs/common';
import { Database, withRetries } from '#database';
import type { Uuid } from '#kernel';

/** What an Idempotency-Key is kept under, and the request that it stands for. */
export interface IdempotentRequest {
  apiKeyId: Uuid;
  method: string;
  path: string;
  key: string;
  /** SHA-256 of the body. */
  requestHash: Buffer;
}

export interface KeptAnswer {
  status: number;
  headers: Record<string, string>;
  sealedBody: Buffer;
}

/** What to do with a request: `lease` is ours to run it under, and names us when we record what came of it. */
export type Begun =
  | { state: 'run'; lease: string }
  | { state: 'running' }
  | { state: 'conflict' }
  | { state: 'answered'; answer: KeptAnswer };

/** A process that has not answered after this long is taken for dead, and a repeated request is run again. */
const LEASE_SECONDS = 60;

const KEPT_HOURS = 24;

const KEY = 'api_key_id = $1 AND method = $2 AND path = $3 AND key = $4';

const keyOf = ({ apiKeyId, method, path, key }: IdempotentRequest): unknown[] => [apiKeyId, method, path, key];

/** Requests that were made under an Idempotency-Key, and what they were answered. */
@Injectable()
export class IdempotencyStore {
  constructor(private readonly db: Database) {}

  /** Takes the key for this request, unless it is taken. */
  async begin(request: IdempotentRequest): Promise<Begun> {
    for (;;) {
      const lease = await this.take(request);
      if (lease !== null) return { state: 'run', lease };
      const [row] = await this.db.query<KeptAnswer & { requestHash: Buffer }>(
        `SELECT request_hash AS "requestHash", status, headers, sealed_body AS "sealedBody"
           FROM idempotency_keys WHERE ${KEY}`,
        keyOf(request),
      );
      // Released between the two statements: it is free again.
      if (!row) continue;
      const { requestHash, ...answer } = row;
      if (!requestHash.equals(request.requestHash)) return { state: 'conflict' };
      return answer.status === null ? { state: 'running' } : { state: 'answered', answer };
    }
  }

  /** Records what the request was answered. Nothing happens when someone else has taken it over since. */
  async keep(request: IdempotentRequest, lease: string, { status, headers, sealedBody }: KeptAnswer): Promise<void> {
    const sql = `UPDATE idempotency_keys SET status = $6, headers = $7, sealed_body = $8, lease_until = NULL
      WHERE ${KEY} AND lease_until = $5::timestamptz`;
    const values = [...keyOf(request), lease, status, JSON.stringify(headers), sealedBody];
    await withRetries(5, () => this.db.query(sql, values));
  }

  /** Lets the same request be made again: it came to nothing. */
  async release(request: IdempotentRequest, lease: string): Promise<void> {
    const sql = `DELETE FROM idempotency_keys WHERE ${KEY} AND lease_until = $5::timestamptz`;
    await this.db.query(sql, [...keyOf(request), lease]);
  }

  /** The lease, when the key is new, expired, or left behind by a dead process in the middle of the same request. */
  private async take(request: IdempotentRequest): Promise<string | null> {
    const [row] = await this.db.query<{ lease: string }>(
      `INSERT INTO idempotency_keys AS k (api_key_id, method, path, key, request_hash, lease_until)
       VALUES ($1, $2, $3, $4, $5, clock_timestamp() + interval '${LEASE_SECONDS} seconds')
       ON CONFLICT (api_key_id, method, path, key) DO UPDATE
         SET request_hash = excluded.request_hash, lease_until = excluded.lease_until, created_at = clock_timestamp(),
             status = NULL, headers = NULL, sealed_body = NULL
       WHERE k.created_at < clock_timestamp() - interval '${KEPT_HOURS} hours'
          OR (k.status IS NULL AND k.lease_until < clock_timestamp() AND k.request_hash = excluded.request_hash)
       RETURNING lease_until::text AS lease`,
      [...keyOf(request), request.requestHash],
    );
    return row?.lease ?? null;
  }
}
