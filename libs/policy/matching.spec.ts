import { describe, expect, it } from 'vitest';
import type { Clause } from './content-filter.js';
import type { FilteredEvent } from './event-content.js';
import { Matcher, type SubscriptionRule } from './matching.js';

const rule = (id: string, over: Partial<SubscriptionRule> = {}): SubscriptionRule => ({
  id,
  endpointId: `ep-${id}`,
  eventTypes: ['*'],
  channels: null,
  filter: null,
  ...over,
});

const event = (type: string, over: Partial<FilteredEvent> = {}): FilteredEvent => ({
  type,
  uid: null,
  subject: null,
  source: null,
  correlationId: null,
  schemaVersion: null,
  orderingKey: null,
  channels: null,
  metadata: null,
  data: '{}',
  ...over,
});

function amountAbove(amount: number): Clause {
  return { kind: 'compare', at: '/data.amount/$gt', path: ['data', 'amount'], operator: '$gt', wanted: amount };
}

describe(Matcher.name, () => {
  it('makes one delivery per endpoint and names the oldest subscription', () => {
    const matcher = new Matcher([
      rule('2', { endpointId: 'a' }),
      rule('1', { endpointId: 'a' }),
      rule('3', { endpointId: 'b' }),
    ]);
    expect(matcher.match(event('payment.succeeded'))).toEqual([
      { endpointId: 'a', subscriptionId: '1' },
      { endpointId: 'b', subscriptionId: '3' },
    ]);
  });

  it('takes exact types, everything below a prefix, and everything', () => {
    const matcher = new Matcher([
      rule('1', { eventTypes: ['payment.succeeded'] }),
      rule('2', { eventTypes: ['payment.*'] }),
      rule('3', { eventTypes: ['*'] }),
      rule('4', { eventTypes: ['invoice.*', 'payment.refund.done'] }),
    ]);
    const ids = (type: string) => matcher.match(event(type)).map(({ subscriptionId }) => subscriptionId);
    expect(ids('payment.succeeded')).toEqual(['1', '2', '3']);
    expect(ids('payment.refund.done')).toEqual(['2', '3', '4']);
    expect(ids('payment')).toEqual(['3']);
    expect(ids('payments.done')).toEqual(['3']);
  });

  it("keeps the platform's own events from whoever has not asked for them by name", () => {
    const matcher = new Matcher([
      rule('1', { eventTypes: ['*'] }),
      rule('2', { eventTypes: ['posthorn.*'] }),
      rule('3', { eventTypes: ['posthorn.endpoint.*', 'a.b'] }),
      rule('4', { eventTypes: ['posthorn.endpoint.disabled'] }),
      rule('5', { eventTypes: ['*', 'posthorn.delivery.dead'] }),
    ]);
    const ids = (type: string) => matcher.match(event(type)).map(({ subscriptionId }) => subscriptionId);
    expect(ids('posthorn.endpoint.disabled')).toEqual(['2', '3', '4']);
    expect(ids('posthorn.delivery.dead')).toEqual(['2', '5']);
    expect(ids('posthornish.thing')).toEqual(['1', '5']);
    expect(ids('posthorn')).toEqual(['1', '5']);
  });

  it('gives a subscription with channels only events with one of them', () => {
    const matcher = new Matcher([rule('1', { channels: ['eu', 'us'] }), rule('2')]);
    const ids = (channels: string[] | null) =>
      matcher.match(event('a', { channels })).map(({ subscriptionId }) => subscriptionId);
    expect(ids(['us', 'asia'])).toEqual(['1', '2']);
    expect(ids(['asia'])).toEqual(['2']);
    expect(ids(null)).toEqual(['2']);
  });

  it('answers the same when it is asked again', () => {
    const matcher = new Matcher([rule('1', { eventTypes: ['a.*'] })]);
    expect(matcher.match(event('a.b'))).toEqual(matcher.match(event('a.b')));
    expect(matcher.match(event('b'))).toEqual([]);
    expect(matcher.match(event('b'))).toEqual([]);
  });

  it('gives a subscription with a filter only events that pass it, and never remembers the answer', () => {
    const matcher = new Matcher([rule('1', { filter: amountAbove(10) }), rule('2')]);
    const ids = (amount: number) =>
      matcher.match(event('a', { data: `{"amount":${amount}}` })).map(({ subscriptionId }) => subscriptionId);
    expect(ids(11)).toEqual(['1', '2']);
    expect(ids(9)).toEqual(['2']);
    expect(ids(11)).toEqual(['1', '2']);
  });

  it('names the oldest subscription that lets the event pass', () => {
    const matcher = new Matcher([
      rule('1', { endpointId: 'a', filter: amountAbove(10) }),
      rule('2', { endpointId: 'a' }),
    ]);
    expect(matcher.match(event('a', { data: '{"amount":1}' }))).toEqual([{ endpointId: 'a', subscriptionId: '2' }]);
  });

  it('does not look into what an event carries unless a subscription to its type asks', () => {
    const matcher = new Matcher([rule('1'), rule('2', { eventTypes: ['other'], filter: amountAbove(10) })]);
    expect(matcher.match(event('a', { data: 'no JSON' }))).toHaveLength(1);
    expect([matcher.filters('a'), matcher.filters('other')]).toEqual([false, true]);
  });
});
