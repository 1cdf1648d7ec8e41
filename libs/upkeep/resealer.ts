import type { Database, Executor } from '#database';
import type { KeyRing } from '#kernel';

/** A column of sealed values. */
export interface SealedColumn {
  readonly table: string;
  readonly column: string;
  /** The primary key. */
  readonly key: readonly string[];
  /** What a value is bound to, as SQL over its row. */
  readonly context: string;
}

/** Everything that is kept sealed. A test finds columns that are missing here. */
export const SEALED_COLUMNS: readonly SealedColumn[] = [
  { table: 'endpoint_secrets', column: 'sealed_secret', key: ['id'], context: 'id::text' },
  { table: 'endpoints', column: 'sealed_headers', key: ['id'], context: 'id::text' },
  { table: 'endpoints', column: 'sealed_credentials', key: ['id'], context: 'id::text' },
  {
    table: 'endpoint_versions',
    column: 'sealed_headers',
    key: ['endpoint_id', 'version'],
    context: 'endpoint_id::text',
  },
  {
    table: 'idempotency_keys',
    column: 'sealed_body',
    key: ['api_key_id', 'method', 'path', 'key'],
    context: `api_key_id || ' ' || method || ' ' || path || ' ' || key`,
  },
];

export interface ResealResult {
  readonly column: SealedColumn;
  /** Values that are under the first key now and were not. */
  readonly done: number;
  /** Values whose key is not on the ring, or that are damaged: they stay as they are. */
  readonly failed: number;
}

interface Row {
  readonly place: readonly string[];
  readonly context: string;
  readonly sealed: Buffer;
}

const BATCH = 500;

/**
 * Seals anew, under the first key of the ring, whatever is sealed under another: after that the others can be taken off it.
 * May be stopped and run again at any time, and while the platform runs: a value is replaced only if it is still the one
 * that was read. Processes must have the new key first on their rings before, or they go on sealing under the old one.
 */
export class Resealer {
  constructor(
    private readonly db: Database,
    private readonly keyRing: KeyRing,
  ) {}

  async reseal(column: SealedColumn): Promise<ResealResult> {
    let [done, failed] = [0, 0];
    for (let after: readonly string[] | null = null; ; ) {
      const rows: Row[] = await this.stale(column, after);
      const batch = await this.db.transaction((tx) => this.replace(tx, column, rows));
      done += batch.done;
      failed += batch.failed;
      if (rows.length < BATCH) return { column, done, failed };
      after = rows.at(-1)!.place;
    }
  }

  /** Values that are not under the first key. */
  async countStale({ table, column }: SealedColumn): Promise<number> {
    const prefix = this.keyRing.prefix();
    const [row] = await this.db.query<{ count: number }>(
      `SELECT count(*) AS count FROM ${table} WHERE substring(${column} FROM 1 FOR $1) <> $2`,
      [prefix.length, prefix],
    );
    return row!.count;
  }

  private async stale(column: SealedColumn, after: readonly string[] | null): Promise<Row[]> {
    const key = column.key.map((name) => `${name}::text`).join(', ');
    const prefix = this.keyRing.prefix();
    return this.db.query<Row>(
      `SELECT ARRAY[${key}] AS place, ${column.context} AS context, ${column.column} AS sealed FROM ${column.table}
        WHERE substring(${column.column} FROM 1 FOR $1) <> $2 AND ($3::text[] IS NULL OR ARRAY[${key}] > $3)
        ORDER BY 1 LIMIT ${BATCH}`,
      [prefix.length, prefix, after],
    );
  }

  private async replace(tx: Executor, { table, column, key }: SealedColumn, rows: readonly Row[]) {
    let [done, failed] = [0, 0];
    const isPlace = key.map((name, index) => `${name} = $${index + 3}`).join(' AND ');
    const sql = `UPDATE ${table} SET ${column} = $1 WHERE ${isPlace} AND ${column} = $2 RETURNING 1`;
    for (const row of rows) {
      const resealed = this.resealed(row);
      if (resealed === null) failed += 1;
      else done += (await tx.query(sql, [resealed, row.sealed, ...row.place])).length;
    }
    return { done, failed };
  }

  private resealed({ sealed, context }: Row): Buffer | null {
    try {
      return this.keyRing.seal(this.keyRing.open(sealed, context), context);
    } catch {
      return null;
    }
  }
}
