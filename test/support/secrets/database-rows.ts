import { runSql } from '../sql.js';

/** All of one table: every row as JSON, and what its binary columns hold as the bytes that they are. */
export interface TableContent {
  readonly table: string;
  readonly rows: number;
  readonly content: Buffer;
}

const TABLES = `
  SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1`;

/** Every table of a database, partitions and whatever a queue has made there included. */
export async function readWholeDatabase(url: string): Promise<TableContent[]> {
  const tables = await runSql<{ name: string }>(url, TABLES);
  const contents: TableContent[] = [];
  for (const { name } of tables) {
    const rows = await runSql<{ row: string }>(url, `SELECT row_to_json(t)::text AS row FROM ${name} t`);
    const parts = rows.flatMap(({ row }) => [Buffer.from(`${row}\n`), ...bytesIn(row)]);
    contents.push({ table: name, rows: rows.length, content: Buffer.concat(parts) });
  }
  return contents;
}

/** PostgreSQL writes bytes as `\x` and hexadecimal digits. */
function bytesIn(row: string): Buffer[] {
  return [...row.matchAll(/"\\\\x([0-9a-f]*)"/g)].map(([, digits]) => Buffer.from(digits!, 'hex'));
}
