import type { QueryRunner } from 'typeorm';

/** An index that is added to a table which may be large and under load. */
export interface NewIndex {
  readonly name: string;
  readonly table: string;
  /** What follows the table in CREATE INDEX: `(tenant_id, id) WHERE …`. */
  readonly definition: string;
}

/**
 * Makes an index without keeping anybody from writing: CONCURRENTLY, which a partitioned table itself cannot have. There
 * the parent's index is made empty (a lock for a moment), each partition's concurrently, and then attached; with the last
 * one the parent's becomes valid, and partitions that come later get theirs with it.
 *
 * Not in a transaction. Whatever an attempt that failed has left is made again.
 */
export async function buildIndex(runner: QueryRunner, { name, table, definition }: NewIndex): Promise<void> {
  if (!(await isPartitioned(runner, table))) return buildConcurrently(runner, name, table, definition);
  await runner.query(`CREATE INDEX IF NOT EXISTS ${name} ON ONLY ${table} ${definition}`);
  for (const partition of await partitionsWithout(runner, table, name)) {
    const own = `${partition}_${name.slice(table.length + 1)}`;
    await buildConcurrently(runner, own, partition, definition);
    await runner.query(`ALTER INDEX ${name} ATTACH PARTITION ${own}`);
  }
}

async function buildConcurrently(runner: QueryRunner, name: string, table: string, definition: string): Promise<void> {
  const [broken] = (await runner.query(`SELECT FROM pg_index WHERE indexrelid = to_regclass($1) AND NOT indisvalid`, [
    name,
  ])) as object[];
  if (broken) await runner.query(`DROP INDEX CONCURRENTLY ${name}`);
  await runner.query(`CREATE INDEX CONCURRENTLY IF NOT EXISTS ${name} ON ${table} ${definition}`);
}

async function isPartitioned(runner: QueryRunner, table: string): Promise<boolean> {
  const [row] = (await runner.query(`SELECT relkind FROM pg_class WHERE oid = $1::regclass`, [table])) as {
    relkind: string;
  }[];
  return row?.relkind === 'p';
}

/** The partitions that have no part of the parent's index yet. */
async function partitionsWithout(runner: QueryRunner, table: string, index: string): Promise<string[]> {
  const rows = (await runner.query(
    `SELECT part.inhrelid::regclass::text AS name FROM pg_inherits part
      WHERE part.inhparent = $1::regclass
        AND NOT EXISTS (SELECT FROM pg_inherits own JOIN pg_index i ON i.indexrelid = own.inhrelid
                         WHERE own.inhparent = $2::regclass AND i.indrelid = part.inhrelid)
      ORDER BY 1`,
    [table, index],
  )) as { name: string }[];
  return rows.map(({ name }) => name);
}
