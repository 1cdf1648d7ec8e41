import { describe, expect, it } from 'vitest';
import { Matcher, type SubscriptionRule } from './matching.js';

const rule = (id: string, over: Partial<SubscriptionRule> = {}): SubscriptionRule => ({
  id,
  endpointId: `ep-${id}`,
  eventTypes: ['*'],
  channels: null,
  ...over,
});

describe(Matcher.name, () => {
  it('makes one delivery per endpoint and names the oldest subscription', () => {
    const matcher = new Matcher([
      rule('2', { endpointId: 'a' }),
      rule('1', { endpointId: 'a' }),
      rule('3', { endpointId: 'b' }),
    ]);
    expect(matcher.match('payment.succeeded', null)).toEqual([
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
    const ids = (type: string) => matcher.match(type, null).map(({ subscriptionId }) => subscriptionId);
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
    const ids = (type: string) => matcher.match(type, null).map(({ subscriptionId }) => subscriptionId);
    expect(ids('posthorn.endpoint.disabled')).toEqual(['2', '3', '4']);
    expect(ids('posthorn.delivery.dead')).toEqual(['2', '5']);
    expect(ids('posthornish.thing')).toEqual(['1', '5']);
    expect(ids('posthorn')).toEqual(['1', '5']);
  });

  it('gives a subscription with channels only events with one of them', () => {
    const matcher = new Matcher([rule('1', { channels: ['eu', 'us'] }), rule('2')]);
    const ids = (channels: string[] | null) => matcher.match('a', channels).map(({ subscriptionId }) => subscriptionId);
    expect(ids(['us', 'asia'])).toEqual(['1', '2']);
    expect(ids(['asia'])).toEqual(['2']);
    expect(ids(null)).toEqual(['2']);
  });

  it('answers the same when it is asked again', () => {
    const matcher = new Matcher([rule('1', { eventTypes: ['a.*'] })]);
    expect(matcher.match('a.b', null)).toEqual(matcher.match('a.b', null));
    expect(matcher.match('b', null)).toEqual([]);
    expect(matcher.match('b', null)).toEqual([]);
  });
});
