import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  boolColumn,
  Database,
  doubleColumn,
  intColumn,
  isDataError,
  realColumn,
  textColumn,
  timeColumn,
  uuidColumn,
} from '#database';
import { newUuid } from '#kernel';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.js';

const itself = <T>(value: T): T => value;

describe('binary columns', () => {
  let database: TestDatabase;
  let db: Database;

  beforeAll(async () => {
    database = await createTestDatabase();
    db = await Database.connect({ url: database.url, poolSize: 1, applicationName: 'posthorn-test' });
  });
  afterAll(async () => {
    await db.close();
    await database.drop();
  });

  async function unnested(column: Buffer, type: string, as = 'v'): Promise<unknown[]> {
    const rows = await db.query<{ v: unknown }>(`SELECT ${as} AS v FROM unnest($1::${type}[]) AS u(v)`, [column]);
    return rows.map(({ v }) => v);
  }

  it('hold any text as it is', async () => {
    const texts = [
      '',
      ' ',
      'NULL',
      '{}',
      '{"a":"b\\"c"}',
      '\\',
      '"',
      ',',
      'ü',
      '日本',
      '😀',
      'x'.repeat(100_000),
      null,
    ];
    expect(await unnested(textColumn(texts, itself), 'text')).toEqual(texts);
  });

  it('hold ids in either case', async () => {
    const ids = [
      newUuid(Date.now()),
      '00000000-0000-0000-0000-000000000000',
      'ffffffff-ffff-ffff-ffff-ffffffffffff',
      null,
    ];
    expect(await unnested(uuidColumn(ids, itself), 'uuid')).toEqual(ids);
    const upper = [ids[0]!.toUpperCase()];
    expect(await unnested(uuidColumn(upper, itself), 'uuid')).toEqual([ids[0]]);
  });

  it('hold numbers up to the bounds of their types', async () => {
    const ints = [0, 1, -1, 255, 256, 65_536, 2 ** 31 - 1, -(2 ** 31), null];
    expect(await unnested(intColumn(ints, itself), 'int')).toEqual(ints);
    const doubles = [0, 1.5, -1e300, 2 ** 53, null];
    expect(await unnested(doubleColumn(doubles, itself), 'float8')).toEqual(doubles);
    expect(await unnested(realColumn([0.5, -2.25, null], itself), 'real')).toEqual([0.5, -2.25, null]);
    expect(await unnested(boolColumn([true, false, null], itself), 'bool')).toEqual([true, false, null]);
  });

  it('hold times to the microsecond, before and after 2000', async () => {
    const times = [0, 946_684_800_000, 946_684_799_999, 1_764_000_000_123.456, 4_102_444_800_000, null];
    const micros = times.map((ms) => (ms === null ? null : Math.round(ms * 1_000)));
    const asked = '(extract(epoch FROM v) * 1000000)::bigint';
    expect(await unnested(timeColumn(times, itself), 'timestamptz', asked)).toEqual(micros);
  });

  it('are empty when no row has a value, and unnest fills them up', async () => {
    const rows = [1, 2];
    const columns = [intColumn(rows, itself), textColumn(rows, () => null), uuidColumn(rows, () => null)];
    expect(
      await db.query('SELECT a, b, c FROM unnest($1::int[], $2::text[], $3::uuid[]) AS u(a, b, c)', columns),
    ).toEqual([
      { a: 1, b: null, c: null },
      { a: 2, b: null, c: null },
    ]);
    expect(await unnested(intColumn([], itself), 'int')).toEqual([]);
  });

  it('with a NUL in a text are refused as a data error', async () => {
    const refused = await unnested(textColumn(['a\0b'], itself), 'text').catch((error: unknown) => error);
    expect(isDataError(refused)).toBe(true);
  });
});
