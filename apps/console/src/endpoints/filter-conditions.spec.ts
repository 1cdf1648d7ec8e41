import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FieldMistake } from '../ui/form-errors.js';
import { rowOf, toConditions, toFilter } from './filter-conditions.js';

const FILTER = {
  'data.amount': { $gte: 100, $lt: 1000 },
  'data.currency': { $in: ['EUR', 'CHF'] },
  'data.test': { $exists: false },
  'data.zip': { $eq: '8001' },
};

describe(toConditions, () => {
  it('says a filter in rows, and the rows say the filter', () => {
    const rows = toConditions(FILTER)!;
    expect(rows).toContainEqual({ path: 'data.amount', operator: '$gte', value: '100' });
    expect(rows).toContainEqual({ path: 'data.currency', operator: '$in', value: 'EUR, CHF' });
    expect(rows).toContainEqual({ path: 'data.zip', operator: '$eq', value: '"8001"' });
    expect(toFilter(rows)).toEqual(FILTER);
  });

  it('takes a bare value for equal', () => {
    expect(toConditions({ 'data.test': true })).toEqual([{ path: 'data.test', operator: '$eq', value: 'true' }]);
  });

  it.each([
    ['or', { $or: [{ 'data.a': 1 }, { 'data.b': 2 }] }],
    ['nested objects', { data: { amount: 1 } }],
    ['not, below a path', { 'data.a': { $not: { $lt: 1 } } }],
    ['no comparison at all', { 'data.a': {} }],
    ['lists of lists', { 'data.a': { $in: [[1]] } }],
  ])('leaves %s to JSON', (_, filter) => {
    expect(toConditions(filter)).toBeNull();
  });
});

describe('what rows say', () => {
  const text = fc.oneof(fc.string(), fc.constantFrom('', ' ', 'null', '1', '"', ',', '"hi" x', 'a, b', '\\', 'a\nb'));
  const scalar = fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null));
  const comparisons = fc.record(
    {
      $eq: scalar,
      $ne: scalar,
      $gte: fc.oneof(text, fc.integer()),
      $in: fc.array(scalar, { maxLength: 4 }),
      $nin: fc.array(text, { maxLength: 4 }),
      $startsWith: text,
      $exists: fc.boolean(),
    },
    { requiredKeys: [] },
  );
  const filters = fc.dictionary(
    fc.constantFrom('data.a', 'data.b', 'subject', '__proto__x'),
    comparisons.filter((some) => Object.keys(some).length > 0),
    { minKeys: 1 },
  );

  it('is what the filter says, to the last comma', () => {
    fc.assert(
      fc.property(filters, (filter) => {
        expect(toFilter(toConditions(filter)!)).toEqual(filter);
      }),
      { numRuns: 100 },
    );
  });

  it.each([[['']], [['a', '']], [['"hi" x', 'y']], [['a, b', '"']]])('keeps all of the list %j', (list) => {
    const filter = { 'data.a': { $in: list } };
    expect(toFilter(toConditions(filter)!)).toEqual(filter);
  });
});

describe(toFilter, () => {
  it('reads numbers, words and quoted text', () => {
    const row = (operator: string, value: string) => ({ path: 'data.a', operator, value });
    expect(toFilter([row('$eq', ' EUR ')])).toEqual({ 'data.a': { $eq: 'EUR' } });
    expect(toFilter([row('$in', '1, "a, b", x')])).toEqual({ 'data.a': { $in: [1, 'a, b', 'x'] } });
    expect(toFilter([row('$startsWith', '49')])).toEqual({ 'data.a': { $startsWith: '49' } });
    expect(toFilter([])).toBeNull();
  });

  it('says which row cannot be meant', () => {
    const row = { path: 'data.a', operator: '$eq', value: '1' };
    expect(() => toFilter([{ ...row, path: ' ' }])).toThrow(FieldMistake);
    expect(() => toFilter([row, row])).toThrow(FieldMistake);
  });
});

describe(rowOf, () => {
  it('finds the row that a pointer is about', () => {
    const rows = toConditions(FILTER)!;
    expect(rowOf(rows, 'data.amount', '$lt')).toBe(1);
    expect(rowOf(rows, 'data.currency', undefined)).toBe(2);
    expect(rowOf(rows, 'data.other', '$lt')).toBeNull();
  });
});
