import { describe, expect, it } from 'vitest';
import {
  renameFilterField,
  type Subscription,
  toSubscriptionBody,
  toSubscriptionChanges,
  toSubscriptionFields,
} from './subscription-fields.js';

const subscription = {
  eventTypes: ['order.*'],
  channels: null,
  enabled: true,
  filter: { 'data.amount': { $gte: 100 }, 'data.currency': { $eq: 'EUR' } },
} as unknown as Subscription;
const fields = toSubscriptionFields(subscription);

describe(toSubscriptionChanges, () => {
  it('sends nothing that was left alone', () => {
    expect(toSubscriptionChanges(fields, subscription)).toEqual({});
  });

  it('takes a condition out, and all of them', () => {
    expect(toSubscriptionChanges({ ...fields, conditions: fields.conditions.slice(0, 1) }, subscription)).toEqual({
      filter: { 'data.currency': null },
    });
    expect(toSubscriptionChanges({ ...fields, conditions: [] }, subscription)).toEqual({ filter: null });
  });

  it('compares with null by a list, since a null in a patch takes out', () => {
    const conditions = [{ path: 'data.end', operator: '$eq', value: 'null' }];
    expect(toSubscriptionChanges({ ...fields, conditions }, subscription)).toEqual({
      filter: { 'data.amount': null, 'data.currency': null, 'data.end': { $in: [null] } },
    });
    const filter = '{"data.end": null}';
    expect(toSubscriptionChanges({ ...fields, filterMode: 'json', filter }, subscription)).toMatchObject({
      filter: { 'data.end': { $in: [null] } },
    });
  });
});

describe('a null in a filter', () => {
  const changed = (filter: object, before: Subscription = subscription) =>
    toSubscriptionChanges({ ...fields, filterMode: 'json', filter: JSON.stringify(filter) }, before)['filter'];
  const having = (filter: Subscription['filter']): Subscription => ({ ...subscription, filter });

  it.each([
    [{ $ne: null }, { $nin: [null] }],
    [{ $not: { $ne: null } }, { $not: { $nin: [null] } }],
    [{ $in: [null, 1] }, { $in: [null, 1] }],
    // What no list says is left to the API to refuse, at its place.
    [{ $gt: null }, { $gt: [null] }],
    [
      { $ne: null, $nin: [1] },
      { $ne: [null], $nin: [1] },
    ],
  ])('makes of %j what a patch can say', (wanted, said) => {
    expect(changed({ 'data.x': wanted }, having(null))).toEqual({ 'data.x': said });
  });

  it('is left alone with the rest, and goes with its row', () => {
    const before = having({ 'data.end': null, 'data.kind': { $ne: null } });
    const opened = toSubscriptionFields(before);
    expect(toSubscriptionChanges(opened, before)).toEqual({});
    expect(toSubscriptionChanges({ ...opened, conditions: opened.conditions.slice(1) }, before)).toEqual({
      filter: { 'data.end': null, 'data.kind': { $ne: null, $nin: [null] } },
    });
  });
});

describe(toSubscriptionFields, () => {
  it('opens as JSON what rows cannot say', () => {
    const filter = { $not: { 'data.test': true } };
    const opened = toSubscriptionFields({ ...subscription, filter });
    expect(opened.filterMode).toBe('json');
    expect(toSubscriptionBody(opened)).toMatchObject({ filter });
  });
});

describe(renameFilterField, () => {
  it('leads to the row that the API points at', () => {
    expect(renameFilterField(['filter', 'data.currency', '$eq'], fields)).toEqual(['conditions', '1', 'value']);
    expect(renameFilterField(['filter', 'data.amount'], fields)).toEqual(['conditions', '0', 'path']);
    expect(renameFilterField(['filter'], fields)).toEqual(['filterMode']);
    expect(renameFilterField(['filter', 'a'], { ...fields, filterMode: 'json' })).toEqual(['filter', 'a']);
  });
});
