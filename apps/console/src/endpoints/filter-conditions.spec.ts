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
  ])('leaves %s to JSON', (_, filter) => {
    expect(toConditions(filter)).toBeNull();
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
