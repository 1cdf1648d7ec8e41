import { describe, expect, it } from 'vitest';
import type { Clause } from './content-filter.js';
import { explainMismatch } from './mismatch.js';

const event = {
  type: 'payment.failed',
  channels: null,
  uid: null,
  subject: null,
  source: null,
  correlationId: null,
  schemaVersion: null,
  orderingKey: null,
  metadata: null,
  data: '{"amount":9}',
};
const filter: Clause = {
  kind: 'compare',
  at: '/data.amount/$gt',
  path: ['data', 'amount'],
  operator: '$gt',
  wanted: 9,
};

describe(explainMismatch, () => {
  it('says nothing of a subscription that wants the event', () => {
    expect(explainMismatch({ eventTypes: ['order.*', 'payment.*'], channels: null, filter: null }, event)).toBeNull();
    expect(
      explainMismatch({ eventTypes: ['*'], channels: ['a'], filter: null }, { ...event, channels: ['b', 'a'] }),
    ).toBeNull();
  });

  it.each([
    [['invoice.*'], null, event, 'event_types', 'wants "invoice.*", and the event is "payment.failed"'],
    [['a', 'b.*', 'c'], null, event, 'event_types', 'wants "a", "b.*" or "c", and the event is "payment.failed"'],
    [['*'], ['eu'], event, 'channels', 'wants the channel "eu", and the event has none'],
    [
      ['*'],
      ['eu', 'us'],
      { ...event, channels: ['asia', 'test'] },
      'channels',
      'wants the channel "eu" or "us", and the event has "asia" and "test"',
    ],
    [
      ['*'],
      null,
      { ...event, type: 'posthorn.delivery.dead' },
      'event_types',
      'wants "*", and the event is "posthorn.delivery.dead", which `*` does not take: the platform\'s own events are asked for by name',
    ],
  ])('of %j with the channels %j says what does not match', (eventTypes, channels, published, clause, message) => {
    expect(explainMismatch({ eventTypes, channels, filter: null }, published)).toEqual({ clause, message });
  });

  it('tells the type first when neither matches', () => {
    expect(explainMismatch({ eventTypes: ['a'], channels: ['b'], filter }, event)).toMatchObject({
      clause: 'event_types',
    });
  });

  it('of a filter names the first condition that the event does not meet', () => {
    expect(explainMismatch({ eventTypes: ['*'], channels: null, filter }, event)).toEqual({
      clause: 'filter',
      message: 'has a filter that keeps it out: data.amount is not above 9 (/data.amount/$gt)',
    });
    const isHidden = (path: readonly string[]): boolean => path.join('.') === 'data.amount';
    expect(explainMismatch({ eventTypes: ['*'], channels: null, filter }, event, isHidden)).toEqual({
      clause: 'filter',
      message: 'has a filter that keeps it out: data.amount does not hold what it asks for (/data.amount/$gt)',
    });
    const above = { ...event, data: '{"amount":10}' };
    expect(explainMismatch({ eventTypes: ['*'], channels: null, filter }, above)).toBeNull();
  });
});
