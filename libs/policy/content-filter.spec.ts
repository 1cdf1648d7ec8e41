import { describe, expect, it } from 'vitest';
import { explainFilter, passes } from './content-filter.js';
import { EventContent, type FilteredEvent } from './event-content.js';
import type { Json } from './merge-patch.js';
import { DEFAULT_FILTER_LIMITS, readFilter } from './read-filter.js';

const EVENT: FilteredEvent = {
  type: 'payment.succeeded',
  uid: null,
  subject: 'order/4711',
  source: 'checkout',
  correlationId: null,
  schemaVersion: '2',
  orderingKey: null,
  channels: ['eu', 'vip'],
  metadata: '{"region":"eu"}',
  data: JSON.stringify({
    amount: 100,
    currency: 'EUR',
    paid: true,
    note: null,
    at: '2026-11-24T12:00:00Z',
    tags: ['new', 'gift'],
    items: [{ sku: 'A-1', count: 2 }, { sku: 'B-2' }],
    customer: { country: 'DE' },
  }),
};

function read(filter: Json) {
  const result = readFilter(filter, DEFAULT_FILTER_LIMITS);
  if ('errors' in result) throw new Error(JSON.stringify(result.errors));
  return result.clause;
}

const content = (): EventContent => new EventContent(EVENT);

const PASSING: Json[] = [
  { 'data.amount': 100 },
  { data: { amount: 100, currency: 'EUR' } },
  { data: { customer: { country: 'DE' } } },
  { data: { 'customer.country': { $in: ['AT', 'DE'] } } },
  { 'data.amount': { $eq: 100 } },
  { 'data.amount': { $gt: 99, $lt: 101 } },
  { 'data.amount': { $gte: 100, $lte: 100 } },
  { 'data.amount': { $ne: 99 } },
  { 'data.amount': { $nin: [1, 2] } },
  { 'data.at': { $gte: '2026-11-01T00:00:00Z', $lt: '2026-12-01T00:00:00Z' } },
  { 'data.paid': true },
  { 'data.note': null },
  { 'data.note': { $in: [null, 'x'] } },
  { 'data.note': { $exists: true } },
  { 'data.missing': { $exists: false } },
  { 'data.missing.deeper': { $exists: false } },
  { 'data.tags': 'gift' },
  { 'data.tags': { $nin: ['old'] } },
  { 'data.tags.0': 'new' },
  { 'data.items.1.sku': { $startsWith: 'B', $endsWith: '2' } },
  { subject: { $startsWith: 'order/' }, source: 'checkout', schemaVersion: '2' },
  { type: { $endsWith: '.succeeded' } },
  { channels: 'vip' },
  { 'metadata.region': 'eu' },
  { $or: [{ 'data.amount': 1 }, { 'data.currency': 'EUR' }] },
  { $and: [{ 'data.amount': 100 }, { $not: { 'data.currency': 'USD' } }] },
  { $not: { 'data.missing': 1 } },
  { 'data.amount': { $not: { $gt: 100 } } },
  { 'data.amount': { $or: [{ $lt: 10 }, { $gt: 90 }] } },
  { 'data.constructor': { $exists: false } },
  { 'data.tags.length': { $exists: false } },
];

const FAILING: [filter: Json, pointer: string, message: string][] = [
  [{ 'data.amount': 99 }, '/data.amount', 'data.amount is not 99'],
  [{ 'data.amount': '100' }, '/data.amount', 'data.amount is not "100"'],
  [{ 'data.amount': { $gt: 100 } }, '/data.amount/$gt', 'data.amount is not above 100'],
  [{ 'data.amount': { $gte: 101 } }, '/data.amount/$gte', 'data.amount is not at least 101'],
  [{ 'data.amount': { $lt: 100 } }, '/data.amount/$lt', 'data.amount is not below 100'],
  [{ 'data.amount': { $lte: 99 } }, '/data.amount/$lte', 'data.amount is not at most 99'],
  [{ 'data.amount': { $gt: '1' } }, '/data.amount/$gt', 'data.amount is not above "1"'],
  [{ 'data.amount': { $ne: 100 } }, '/data.amount/$ne', 'data.amount is 100'],
  [{ 'data.tags': { $ne: 'gift' } }, '/data.tags/$ne', 'data.tags is "gift"'],
  [{ 'data.currency': { $in: ['USD'] } }, '/data.currency/$in', 'data.currency is none of ["USD"]'],
  [{ 'data.currency': { $nin: ['EUR'] } }, '/data.currency/$nin', 'data.currency is one of ["EUR"]'],
  [{ 'data.amount': { $startsWith: '1' } }, '/data.amount/$startsWith', 'data.amount does not begin with "1"'],
  [{ 'data.missing': { $ne: 1 } }, '/data.missing/$ne', 'data.missing is missing'],
  [{ 'data.missing': { $nin: [1] } }, '/data.missing/$nin', 'data.missing is missing'],
  [{ 'data.missing': null }, '/data.missing', 'data.missing is missing'],
  [{ 'data.missing': { $exists: true } }, '/data.missing/$exists', 'data.missing is missing'],
  [{ 'data.amount': { $exists: false } }, '/data.amount/$exists', 'data.amount is there'],
  [{ uid: { $ne: 'x' } }, '/uid/$ne', 'uid is missing'],
  [{ 'data.customer': 'DE' }, '/data.customer', 'data.customer is not "DE"'],
  [{ 'data.currency': 'EUR', data: { paid: true, amount: 1 } }, '/data/amount', 'data.amount is not 1'],
  [{ $or: [{ 'data.amount': 1 }, { 'data.amount': 2 }] }, '/$or', 'none of the alternatives holds'],
  [{ $and: [{ 'data.amount': 100 }, { 'data.amount': 2 }] }, '/$and/1/data.amount', 'data.amount is not 2'],
  [{ $not: { 'data.amount': 100 } }, '/$not', 'what must not hold does'],
];

const REFUSED: [filter: Json, pointer: string, code: string][] = [
  ['x', '', 'wrong_type'],
  [{}, '', 'too_few'],
  [{ 'data.amount': {} }, '/data.amount', 'too_few'],
  [{ amount: 1 }, '/amount', 'unknown_field'],
  [{ 'tenant.uid': 1 }, '/tenant.uid', 'unknown_field'],
  [{ 'data..amount': 1 }, '/data..amount', 'invalid'],
  [{ '': 1 }, '/', 'invalid'],
  [{ $gt: 1 }, '/$gt', 'no_field'],
  [{ 'data.amount': { $above: 1 } }, '/data.amount/$above', 'unknown_operator'],
  [{ 'data.amount': { $regex: '(a+)+$' } }, '/data.amount/$regex', 'unknown_operator'],
  [{ 'data.amount': { $constructor: 1 } }, '/data.amount/$constructor', 'unknown_operator'],
  [{ 'data.amount': [1] }, '/data.amount', 'wrong_type'],
  [{ 'data.amount': { $eq: { a: 1 } } }, '/data.amount/$eq', 'wrong_type'],
  [{ 'data.amount': { $gt: true } }, '/data.amount/$gt', 'wrong_type'],
  [{ 'data.amount': { $in: 1 } }, '/data.amount/$in', 'wrong_type'],
  [{ 'data.amount': { $in: [] } }, '/data.amount/$in', 'wrong_type'],
  [{ 'data.amount': { $in: [[1]] } }, '/data.amount/$in', 'wrong_type'],
  [{ 'data.amount': { $exists: 'yes' } }, '/data.amount/$exists', 'wrong_type'],
  [{ 'data.amount': { $startsWith: '' } }, '/data.amount/$startsWith', 'wrong_type'],
  [{ $or: { a: 1 } }, '/$or', 'wrong_type'],
  [{ $or: [] }, '/$or', 'wrong_type'],
  [{ $and: [1] }, '/$and/0', 'wrong_type'],
  [{ 'data/a~b': 1 }, '/data~1a~0b', 'unknown_field'],
];

describe('a filter', () => {
  it.each(PASSING)('lets an event pass that meets %j', (filter) => {
    expect(passes(read(filter), content())).toBe(true);
    expect(explainFilter(read(filter), content())).toBeNull();
  });

  it.each(FAILING)('stops an event that does not meet %j, and says so at %s', (filter, pointer, message) => {
    expect(passes(read(filter), content())).toBe(false);
    expect(explainFilter(read(filter), content())).toEqual({ pointer, message });
  });

  it.each(REFUSED)('is refused as %j, pointing at "%s": %s', (filter, pointer, code) => {
    expect(readFilter(filter, DEFAULT_FILTER_LIMITS)).toEqual({
      errors: [{ pointer, code, message: expect.any(String) as string }],
    });
  });

  it('is refused with everything that is wrong with it', () => {
    const result = readFilter({ x: 1, 'data.a': { $b: 2 }, $or: [{ y: 3 }] }, DEFAULT_FILTER_LIMITS);
    expect('errors' in result && result.errors.map(({ pointer }) => pointer)).toEqual(['/x', '/data.a/$b', '/$or/0/y']);
  });

  it('may be as deep as the limit and no deeper', () => {
    const nested = (levels: number): Json => (levels === 0 ? { 'data.a': 1 } : { $not: nested(levels - 1) });
    const limits = { maxDepth: 3, maxClauses: 10 };
    expect(readFilter(nested(2), limits)).toHaveProperty('clause');
    expect(readFilter(nested(3), limits)).toMatchObject({ errors: [{ code: 'too_deep', pointer: '/$not/$not/$not' }] });
    expect(readFilter(nested(99), limits)).toMatchObject({ errors: [{ code: 'too_deep' }] });
  });

  it('may have as many comparisons as the limit and no more', () => {
    const wide = (count: number): Json => ({ $or: Array.from({ length: count }, (_, n) => ({ 'data.a': n })) });
    expect(readFilter(wide(100), DEFAULT_FILTER_LIMITS)).toHaveProperty('clause');
    expect(readFilter(wide(150), DEFAULT_FILTER_LIMITS)).toMatchObject({
      errors: [{ code: 'too_many', pointer: '/$or/100/data.a' }],
    });
  });

  it('meets nothing of an event whose content is erased, but what is not there', () => {
    const erased = new EventContent({ ...EVENT, data: null, metadata: null });
    expect(passes(read({ 'data.amount': 100 }), erased)).toBe(false);
    expect(passes(read({ 'data.amount': { $exists: false } }), erased)).toBe(true);
  });
});
