import { describe, expect, it } from 'vitest';
import { explainMismatch } from './mismatch.js';

const event = { type: 'payment.failed', channels: null };

describe(explainMismatch, () => {
  it('says nothing of a subscription that wants the event', () => {
    expect(explainMismatch({ eventTypes: ['order.*', 'payment.*'], channels: null }, event)).toBeNull();
    expect(explainMismatch({ eventTypes: ['*'], channels: ['a'] }, { ...event, channels: ['b', 'a'] })).toBeNull();
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
      { type: 'posthorn.delivery.dead', channels: null },
      'event_types',
      'wants "*", and the event is "posthorn.delivery.dead", which `*` does not take: the platform\'s own events are asked for by name',
    ],
  ])('of %j with the channels %j says what does not match', (eventTypes, channels, published, clause, message) => {
    expect(explainMismatch({ eventTypes, channels }, published)).toEqual({ clause, message });
  });

  it('tells the type first when neither matches', () => {
    expect(explainMismatch({ eventTypes: ['a'], channels: ['b'] }, event)).toMatchObject({ clause: 'event_types' });
  });
});
