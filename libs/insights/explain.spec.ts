import { describe, expect, it } from 'vitest';
import { newUuid, toTypeId } from '#kernel';
import type { DeliveryRow } from './delivery-read-model.js';
import { explainDelivery } from './explain-delivery.js';
import type { ExplainedDelivery, ExplainedEndpoint, ExplainedEvent, ExplainedSubscription } from './explain-facts.js';
import { explainNoDelivery } from './explain-no-delivery.js';
import { tellSpan } from './explain-words.js';

const at = (time: string): Date => new Date(`2026-11-30T${time}Z`);
const [eventId, endpointId, deliveryId, otherId] = [1, 2, 3, 4].map((ms) => newUuid(ms));

const EVENT: ExplainedEvent = {
  id: eventId!,
  tenantId: newUuid(5),
  uid: null,
  type: 'payment.failed',
  subject: null,
  source: null,
  occurredAt: at('12:00:00'),
  correlationId: null,
  schemaVersion: null,
  channels: null,
  data: '{}',
  metadata: null,
  hidden: [],
  endpointId: null,
  orderingKey: null,
  deliverAt: null,
  isScheduled: false,
  expiresAt: null,
  cancelledAt: null,
  cancelReason: null,
  isErased: false,
  createdAt: at('12:00:00'),
  tenantPausedAt: null,
  platformPausedAt: null,
  tenantPausedBy: null,
  cancelledBy: null,
};

const ENDPOINT: ExplainedEndpoint = {
  id: endpointId!,
  uid: null,
  url: 'https://hooks.example.com/in',
  status: 'enabled',
  disabledReason: null,
  statusChangedAt: at('11:00:00'),
  statusBy: null,
  createdAt: at('10:00:00'),
  deletedAt: null,
  rateLimit: null,
  ratePeriodSeconds: null,
  circuitState: null,
  circuitSince: null,
  circuitReason: null,
  askedPauseUntil: null,
};

const ROW: DeliveryRow = {
  id: deliveryId!,
  eventId: eventId!,
  tenantId: EVENT.tenantId,
  endpointId: endpointId!,
  subscriptionId: null,
  type: 'payment.failed',
  status: 'pending',
  waitingFor: 'queue',
  attemptCount: 0,
  nextAttemptAt: null,
  replayOf: null,
  lastStatusCode: null,
  lastErrorCode: null,
  cancelReason: null,
  createdAt: at('12:00:00'),
  completedAt: null,
};

const SUBSCRIPTION: ExplainedSubscription = {
  id: newUuid(6),
  endpointId: endpointId!,
  eventTypes: ['payment.*'],
  channels: null,
  filter: null,
  enabled: true,
  createdAt: at('10:00:00'),
  updatedAt: at('10:00:00'),
};

interface Course {
  row: Partial<DeliveryRow>;
  event?: Partial<ExplainedEvent>;
  endpoint?: Partial<ExplainedEndpoint>;
  more?: Partial<ExplainedDelivery>;
}

const FAILED = { durationMs: 40, statusCode: 503, error: 'answered 503' };

const DELIVERIES: [name: string, course: Course, verdict: string, sentence: string][] = [
  [
    'was delivered at once',
    {
      row: { status: 'succeeded', attemptCount: 1, completedAt: at('12:00:01'), lastStatusCode: 204 },
      more: { lastAttempt: { durationMs: 12, statusCode: 204, error: null } },
    },
    'delivered',
    'Delivered at 2026-11-30 12:00:01 UTC, at the first attempt: the endpoint answered 204 in 12 ms.',
  ],
  [
    'was delivered after failures',
    { row: { status: 'succeeded', attemptCount: 3, completedAt: at('12:35:05'), lastStatusCode: 200 } },
    'delivered',
    'Delivered at 2026-11-30 12:35:05 UTC, at attempt 3, 35 minutes after the first could be made: the endpoint answered 200.',
  ],
  [
    'is in the queue',
    { row: {} },
    'waiting',
    'Waiting for a free worker since 2026-11-30 12:00:00 UTC: it is sent as soon as one takes it.',
  ],
  ['is being sent', { row: { waitingFor: 'sending', attemptCount: 1 } }, 'waiting', 'Being sent just now: attempt 2.'],
  [
    'waits for its retry',
    {
      row: { waitingFor: 'retry', attemptCount: 2, nextAttemptAt: at('12:30:00'), lastStatusCode: 503 },
      more: { lastAttempt: FAILED },
    },
    'waiting',
    'Attempt 2 failed (answered 503). The next one is made at 2026-11-30 12:30:00 UTC, as the retry schedule says.',
  ],
  [
    'waits for its slot',
    {
      row: { waitingFor: 'rate_limit', nextAttemptAt: at('12:01:00') },
      endpoint: { rateLimit: 1, ratePeriodSeconds: 60 },
    },
    'waiting',
    'Waiting for its turn, which comes at 2026-11-30 12:01:00 UTC: the endpoint takes at most 1 request in 60 s.',
  ],
  [
    'waits because the endpoint asked for peace',
    { row: { waitingFor: 'rate_limit', nextAttemptAt: at('12:05:00') }, endpoint: { askedPauseUntil: at('12:05:00') } },
    'waiting',
    'Waiting because the endpoint has asked for a pause until 2026-11-30 12:05:00 UTC; the next try is at 2026-11-30 12:05:00 UTC.',
  ],
  [
    'waits for a circuit',
    {
      row: { waitingFor: 'circuit', nextAttemptAt: at('12:10:00') },
      endpoint: {
        circuitState: 'open',
        circuitSince: at('11:59:00'),
        circuitReason: '20 of 20 attempts failed within 60 s',
      },
    },
    'waiting',
    'Waiting because the endpoint has been failing since 2026-11-30 11:59:00 UTC (20 of 20 attempts failed within 60 s). Once the endpoint has answered a probe, what waits goes out, the oldest first; no attempt is spent meanwhile.',
  ],
  [
    'waits behind another',
    { row: { waitingFor: 'order' }, event: { orderingKey: 'order/1' }, more: { behind: otherId! } },
    'waiting',
    `Waiting for its turn: deliveries to this endpoint with the ordering key "order/1" go in order, and ${toTypeId('dlv', otherId!)} must end first.`,
  ],
  [
    'waits while everything is paused',
    { row: { waitingFor: 'retry' }, event: { platformPausedAt: at('11:58:00') } },
    'waiting',
    'Waiting: all deliveries have been paused since 2026-11-30 11:58:00 UTC.',
  ],
  [
    'is held by its endpoint',
    { row: { status: 'held' }, endpoint: { status: 'paused' } },
    'held',
    'Held because the endpoint was paused at 2026-11-30 11:00:00 UTC; it is sent when the endpoint is resumed.',
  ],
  [
    'is held by its tenant',
    { row: { status: 'held' }, event: { tenantPausedAt: at('11:30:00') } },
    'held',
    'Held because all deliveries of this tenant were paused at 2026-11-30 11:30:00 UTC; it is sent when they are resumed.',
  ],
  [
    'has failed for good',
    {
      row: { status: 'dead', attemptCount: 10, completedAt: at('13:00:00'), lastStatusCode: 503 },
      more: { lastAttempt: FAILED, deadLetter: { reason: 'exhausted', resolution: null, note: null } },
    },
    'dead',
    'Given up at 2026-11-30 13:00:00 UTC after 10 attempts: the last one failed (answered 503). It waits as a dead letter, to be replayed or discarded.',
  ],
  [
    'met a 410',
    {
      row: { status: 'dead', attemptCount: 1, completedAt: at('13:00:00') },
      more: { deadLetter: { reason: 'gone', resolution: 'discarded', note: 'they moved' } },
    },
    'dead',
    'Given up at 2026-11-30 13:00:00 UTC because the endpoint answered 410 Gone: nobody is there any more. It was discarded since (they moved).',
  ],
  [
    'expired',
    {
      row: { status: 'dead', completedAt: at('13:00:00') },
      event: { expiresAt: at('12:59:59') },
      more: { deadLetter: { reason: 'expired', resolution: 'replayed', note: null } },
    },
    'dead',
    'Given up at 2026-11-30 13:00:00 UTC because it could not be delivered by 2026-11-30 12:59:59 UTC, and is worth nothing after that. It was replayed since.',
  ],
  [
    'may not go where it is meant for',
    {
      row: { status: 'dead', completedAt: at('13:00:00'), lastErrorCode: 'blocked_address' },
      more: { deadLetter: { reason: 'blocked', resolution: null, note: null } },
    },
    'dead',
    'Given up at 2026-11-30 13:00:00 UTC because its address may not be reached (blocked_address). It waits as a dead letter, to be replayed or discarded.',
  ],
  [
    'was cancelled with its endpoint',
    {
      row: { status: 'cancelled', completedAt: at('12:10:00'), cancelReason: 'endpoint_disabled' },
      endpoint: { status: 'disabled', disabledReason: 'gone' },
    },
    'cancelled',
    'Cancelled at 2026-11-30 12:10:00 UTC because the endpoint was disabled: it answered 410 Gone. It can be replayed when the endpoint is enabled.',
  ],
  [
    'was cancelled by a person',
    { row: { status: 'cancelled', completedAt: at('12:10:00'), cancelReason: 'sent by mistake' } },
    'cancelled',
    'Cancelled at 2026-11-30 12:10:00 UTC by request: sent by mistake.',
  ],
  [
    'is held by somebody named',
    { row: { status: 'held' }, endpoint: { status: 'paused', statusBy: 'Ada' } },
    'held',
    'Held because the endpoint was paused at 2026-11-30 11:00:00 UTC by Ada; it is sent when the endpoint is resumed.',
  ],
  [
    'was cancelled by somebody named',
    {
      row: { status: 'cancelled', completedAt: at('12:10:00'), cancelReason: 'requested' },
      more: { cancelledBy: 'Ada' },
    },
    'cancelled',
    'Cancelled at 2026-11-30 12:10:00 UTC by Ada.',
  ],
  [
    'was replayed',
    { row: { replayOf: otherId!, createdAt: at('14:00:00'), waitingFor: 'sending' } },
    'waiting',
    'Replayed at 2026-11-30 14:00:00 UTC. Being sent just now: attempt 1.',
  ],
];

describe(explainDelivery, () => {
  it.each(DELIVERIES)('says of one that %s', (_name, { row, event, endpoint, more }, verdict, sentence) => {
    const delivery = {
      row: { ...ROW, ...row },
      lastAttempt: null,
      deadLetter: null,
      cancelledBy: null,
      behind: null,
      ...more,
    };
    const said = explainDelivery({ ...EVENT, ...event }, { ...ENDPOINT, ...endpoint }, delivery);
    expect(said).toEqual({ verdict, sentence, clauses: [] });
  });
});

interface Missing {
  event?: Partial<ExplainedEvent>;
  endpoint?: Partial<ExplainedEndpoint>;
  subscriptions?: Partial<ExplainedSubscription>[];
}

const sub = toTypeId('sub', SUBSCRIPTION.id);

const NO_DELIVERIES: [name: string, facts: Missing, verdict: string, sentence: string][] = [
  [
    'no subscription',
    {},
    'not_matched',
    'Not sent here: the endpoint has no subscription, and gets nothing without one.',
  ],
  [
    'a subscription to something else',
    { subscriptions: [{ eventTypes: ['invoice.*'] }] },
    'not_matched',
    `Not sent here: its subscription ${sub} wants "invoice.*", and the event is "payment.failed".`,
  ],
  [
    'a subscription that is switched off, and one of another channel',
    { subscriptions: [{ enabled: false }, { channels: ['eu'] }] },
    'not_matched',
    `Not sent here: none of its 2 subscriptions wanted it: ${sub} is switched off; ${sub} wants the channel "eu", and the event has none.`,
  ],
  [
    'a subscription that came later',
    { subscriptions: [{ createdAt: at('12:00:01') }] },
    'not_matched',
    `Not sent here: its subscription ${sub} wants it, but was made only at 2026-11-30 12:00:01 UTC.`,
  ],
  [
    'a subscription that was changed later',
    { subscriptions: [{ updatedAt: at('12:00:01') }] },
    'not_matched',
    `Not sent here: its subscription ${sub} wants it as it has been since 2026-11-30 12:00:01 UTC, and did not before.`,
  ],
  [
    'a beginning after the event',
    { endpoint: { createdAt: at('12:30:00') }, subscriptions: [{}] },
    'not_matched',
    'Not sent here: the endpoint was made at 2026-11-30 12:30:00 UTC, after the event.',
  ],
  [
    'an end before the event',
    { endpoint: { deletedAt: at('11:30:00') } },
    'not_matched',
    'Not sent here: the endpoint was deleted at 2026-11-30 11:30:00 UTC, before the event.',
  ],
  [
    'another one that the event is for',
    { event: { endpointId: otherId! }, subscriptions: [{}] },
    'not_matched',
    `Not sent here: the event was published for ${toTypeId('ep', otherId!)} alone.`,
  ],
  [
    'an event that was cancelled before its time',
    { event: { cancelledAt: at('12:01:00'), cancelReason: 'requested', deliverAt: at('13:00:00') } },
    'cancelled',
    'Not sent: the event was cancelled at 2026-11-30 12:01:00 UTC, before its time had come.',
  ],
  [
    'an event that was cancelled for a reason',
    { event: { cancelledAt: at('12:01:00'), cancelReason: 'wrong price', deliverAt: at('13:00:00') } },
    'cancelled',
    'Not sent: the event was cancelled at 2026-11-30 12:01:00 UTC, before its time had come: wrong price.',
  ],
  [
    'an event that waits for its time and is wanted',
    { event: { isScheduled: true, deliverAt: at('13:00:00') }, subscriptions: [{ eventTypes: ['a'] }, {}] },
    'scheduled',
    'Waits for its time, 2026-11-30 13:00:00 UTC; which endpoints get it is decided then. As things are now, this one does.',
  ],
  [
    'an event that waits for its time and is not wanted',
    { event: { isScheduled: true, deliverAt: at('13:00:00') }, subscriptions: [{ eventTypes: ['a'] }] },
    'scheduled',
    'Waits for its time, 2026-11-30 13:00:00 UTC; which endpoints get it is decided then. As things are now, this one does not.',
  ],
];

describe(explainNoDelivery, () => {
  it.each(NO_DELIVERIES)(
    'says of an endpoint with %s',
    (_name, { event, endpoint, subscriptions = [] }, verdict, sentence) => {
      const rules = subscriptions.map((one) => ({ ...SUBSCRIPTION, ...one }));
      const said = explainNoDelivery({ ...EVENT, ...event }, { ...ENDPOINT, ...endpoint }, rules);
      expect({ verdict: said.verdict, sentence: said.sentence }).toEqual({ verdict, sentence });
    },
  );

  it('names the clause of each subscription that said no', () => {
    const rules = [{ eventTypes: ['a'] }, { enabled: false }, { channels: ['x'] }, { createdAt: at('13:00:00') }];
    const { clauses } = explainNoDelivery(
      EVENT,
      ENDPOINT,
      rules.map((one) => ({ ...SUBSCRIPTION, ...one })),
    );
    expect(clauses.map(({ clause }) => clause)).toEqual(['event_types', 'enabled', 'channels', 'changed_since']);
  });
});

describe(tellSpan, () => {
  it.each([
    [999, 'less than a second'],
    [1_000, '1 second'],
    [59_999, '59 seconds'],
    [3_599_999, '59 minutes'],
    [7_200_000, '2 hours'],
    [86_400_000, '1 day'],
  ])('tells %i ms as %s', (ms, words) => expect(tellSpan(ms)).toBe(words));
});
