import { describe, expect, it } from 'vitest';
import type { Catalog } from '#endpoints';
import type { SchemaVersions } from '#schemas';
import { DataChecker } from './data-checker.js';
import { TurnTime } from './turn-time.js';

/** A type `a.b` whose schema takes 4 ms to be held against, and refuses what is not a number. */
function setup() {
  let nowMs = 0;
  const reads = { catalog: 0, schemas: 0 };
  const held: unknown[] = [];
  const catalog: Catalog = {
    version: 1,
    types: new Map([
      ['a.b', { revision: '7' }],
      ['no.schemas', { revision: null }],
    ]),
  };
  const schemas = {
    check: (_version: string | null, value: unknown) => {
      nowMs += 4;
      held.push(value);
      const mismatches =
        typeof value === 'number' ? [] : [{ pointer: '', code: 'wrong_type', message: 'is not a number' }];
      return { kind: 'checked', version: '1', mismatches };
    },
  } as unknown as SchemaVersions;
  const types = {
    readsBegun: 0,
    peek: () => catalog,
    loadAfter: async () => {
      reads.catalog += 1;
      return catalog;
    },
    peekSchemas: () => (reads.schemas > 0 ? schemas : null),
    loadSchemas: async () => {
      reads.schemas += 1;
      return schemas;
    },
  };
  return { checker: new DataChecker(types, new TurnTime(() => nowMs)), reads, held };
}

const aDraft = (value: unknown, type = 'a.b') => ({
  type,
  schemaVersion: null,
  data: JSON.stringify(value),
  dataValue: value,
});

/** How many turns of the event loop others had meanwhile. */
async function turnsDuring(work: Promise<unknown>): Promise<number> {
  let turns = 0;
  let isOver = false;
  const count = (): void => {
    turns += 1;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);
  await work;
  isOver = true;
  return turns;
}

describe(DataChecker, () => {
  it.each<[string, (checker: DataChecker) => Promise<unknown>]>([
    ['a batch', (checker) => checker.check(Array.from({ length: 60 }, () => aDraft(1)))],
    ['a batch that is checked again', (checker) => checker.recheck(Array.from({ length: 60 }, () => aDraft(1)))],
    ['many at once', (checker) => Promise.all(Array.from({ length: 60 }, () => checker.check([aDraft(1)])))],
  ])('leaves others their turn after every ten milliseconds of %s', async (_, work) => {
    // Three checks of 4 ms each go in a turn.
    expect(await turnsDuring(work(setup().checker))).toBeGreaterThanOrEqual(19);
  });

  it('answers each in its place, and confirms all refusals by one read', async () => {
    const { checker, reads } = setup();
    const drafts = [aDraft(1), aDraft('x'), aDraft('x', 'no.schemas'), aDraft('y'), aDraft('z', 'un.known')];
    const checked = await checker.check(drafts);
    expect(checked.map(({ refusal, warnings }) => refusal?.code ?? warnings)).toEqual([
      [],
      'validation_failed',
      [],
      'validation_failed',
      ['unknown_event_type'],
    ]);
    expect(reads).toEqual({ catalog: 1, schemas: 1 });
  });

  it('lets go of what was parsed, and parses it again when it is wanted once more', async () => {
    const { checker, held } = setup();
    const drafts = [aDraft(1), aDraft(1, 'no.schemas')];
    await checker.check(drafts);
    expect(drafts.map(({ dataValue }) => dataValue)).toEqual([undefined, undefined]);
    await checker.recheck(drafts);
    expect(held).toEqual([1, 1]);
  });
});
