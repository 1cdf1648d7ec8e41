/**
 * The platform's own events, to tenants that subscribe to them. One type, one shape of `data`, in the words of the API:
 * TypeIDs and ISO 8601 times. More types and fields may come; none is renamed.
 */
export interface OperationalData {
  'posthorn.endpoint.failing': AboutEndpoint & {
    readonly failingSince: string;
    readonly failures: number;
    readonly lastFailureAt: string;
    readonly lastStatusCode: number | null;
    readonly lastErrorCode: string | null;
    readonly disabledFrom: string;
  };
  'posthorn.endpoint.recovered': AboutEndpoint & {
    readonly failingSince: string;
    readonly recoveredAt: string;
  };
  'posthorn.endpoint.disabled': AboutEndpoint & {
    readonly reason: string;
    readonly disabledAt: string;
    readonly failingSince: string | null;
  };
  'posthorn.endpoint.circuit_opened': AboutEndpoint & {
    readonly reason: string;
    readonly openedAt: string;
  };
  'posthorn.delivery.dead': AboutEndpoint & {
    readonly delivery: string;
    readonly deadLetter: string;
    readonly event: string;
    readonly eventType: string;
    readonly reason: string;
    readonly attemptCount: number | null;
    readonly lastStatusCode: number | null;
    readonly lastErrorCode: string | null;
    readonly openedAt: string;
  };
  'posthorn.secret.expiring': AboutEndpoint & {
    readonly secret: string;
    readonly kind: string;
    readonly replacedAt: string | null;
    readonly expiresAt: string;
    readonly nextSecret: string | null;
  };
  'posthorn.secret.rotated': AboutEndpoint & {
    readonly secret: string;
    readonly kind: string;
    readonly activatedAt: string;
    readonly previousSecret: string | null;
    readonly previousExpiresAt: string | null;
  };
  'posthorn.replay.finished': {
    readonly replay: string;
    readonly state: string;
    readonly select: string;
    readonly endpoint: string | null;
    readonly endpointUid: string | null;
    readonly note: string | null;
    readonly matched: number;
    readonly replayed: number;
    readonly succeeded: number;
    readonly failed: number;
    readonly cancelled: number;
    readonly startedAt: string;
    readonly endedAt: string;
  };
  'posthorn.slo.at_risk': {
    readonly attempts: number;
    readonly failures: number;
    readonly successPercent: number;
    readonly thresholdPercent: number;
    readonly windowSeconds: number;
  };
  'posthorn.dead_letters.expiring': {
    readonly count: number;
    readonly expireBefore: string;
  };
}

interface AboutEndpoint {
  readonly endpoint: string;
  readonly endpointUid: string | null;
}

export type OperationalType = keyof OperationalData;

/** What is told of one field: its type, and what it means. */
export type FieldNote = readonly [type: 'text' | 'time' | 'count', isNullable: boolean, meaning: string];

interface Entry<Data> {
  /** When it is told. */
  readonly when: string;
  readonly subject: string;
  readonly data: { readonly [Field in keyof Data]-?: FieldNote };
}

const ABOUT_ENDPOINT = {
  endpoint: ['text', false, 'The endpoint, `ep_…`.'],
  endpointUid: ['text', true, "The owner's own id of the endpoint."],
} as const;

const KEY_KIND: FieldNote = ['text', false, '`hmac` or `ed25519`.'];

const LAST = {
  lastStatusCode: ['count', true, 'Status of the last answer; null when there was none.'],
  lastErrorCode: ['text', true, 'Error code of the last attempt, as attempts have it.'],
} as const;

/** Everything the platform tells of by itself: the reference for docs/operational-events.md and the OpenAPI document. */
export const OPERATIONAL_EVENTS: { readonly [Type in OperationalType]: Entry<OperationalData[Type]> } = {
  'posthorn.endpoint.failing': {
    when: 'Every attempt has failed for one day, and again after three; five days and ten failures disable the endpoint.',
    subject: 'the endpoint',
    data: {
      ...ABOUT_ENDPOINT,
      failingSince: ['time', false, 'The first failure since anything succeeded.'],
      failures: ['count', false, 'Attempts that have failed since then, as far as they are counted yet.'],
      lastFailureAt: ['time', false, 'The latest of them.'],
      ...LAST,
      disabledFrom: ['time', false, 'A failure after this time disables the endpoint, if nothing succeeds before.'],
    },
  },
  'posthorn.endpoint.recovered': {
    when: 'An attempt has succeeded at an endpoint that was told to be failing.',
    subject: 'the endpoint',
    data: {
      ...ABOUT_ENDPOINT,
      failingSince: ['time', false, 'The first failure of those that are over.'],
      recoveredAt: ['time', false, 'The success.'],
    },
  },
  'posthorn.endpoint.disabled': {
    when: 'The endpoint takes no deliveries any more, whoever or whatever has disabled it.',
    subject: 'the endpoint',
    data: {
      ...ABOUT_ENDPOINT,
      reason: [
        'text',
        false,
        '`failing`, `gone` (it answered 410), `unverified` (its new URL has yet to prove that it wants the traffic), or what the person who did it has said.',
      ],
      disabledAt: ['time', false, 'When. What was cancelled since can be replayed once it is enabled again.'],
      failingSince: ['time', true, 'The first failure since anything succeeded; only with the reason `failing`.'],
    },
  },
  'posthorn.endpoint.circuit_opened': {
    when: 'So many attempts have failed that deliveries wait until the endpoint answers again.',
    subject: 'the endpoint',
    data: {
      ...ABOUT_ENDPOINT,
      reason: ['text', false, 'What was seen, in words.'],
      openedAt: ['time', false, 'When.'],
    },
  },
  'posthorn.delivery.dead': {
    when: 'A delivery has died and waits as a dead letter. Not told of deliveries of operational events.',
    subject: 'the delivery',
    data: {
      ...ABOUT_ENDPOINT,
      delivery: ['text', false, 'The delivery, `dlv_…`.'],
      deadLetter: ['text', false, 'What stands for it, `dl_…`, to be replayed or discarded.'],
      event: ['text', false, 'The event that it was of, `evt_…`.'],
      eventType: ['text', false, 'The type of that event.'],
      reason: ['text', false, '`exhausted`, `gone`, `blocked` or `expired`.'],
      attemptCount: ['count', true, 'How many attempts were made.'],
      ...LAST,
      openedAt: ['time', false, 'When it died.'],
    },
  },
  'posthorn.secret.expiring': {
    when: 'A secret is about to be replaced or to end, by a rotation that was asked for or scheduled: seven days and one day before the next one signs, and again before this one ends. Each once; what there is no time for is left out.',
    subject: 'the secret',
    data: {
      ...ABOUT_ENDPOINT,
      secret: ['text', false, 'The secret, `sec_…`; never what it is.'],
      kind: KEY_KIND,
      replacedAt: [
        'time',
        true,
        'From when the next one signs: where a header has room for one signature, in its stead. Null once it does.',
      ],
      expiresAt: ['time', false, 'When it ends: until then it signs where there is room for several signatures.'],
      nextSecret: ['text', true, 'The one that takes over, `sec_…`; `GET …/{endpoint}/secrets` shows it.'],
    },
  },
  'posthorn.secret.rotated': {
    when: 'A secret that takes over from another has begun to sign.',
    subject: 'the secret',
    data: {
      ...ABOUT_ENDPOINT,
      secret: ['text', false, 'The new secret, `sec_…`; never what it is.'],
      kind: KEY_KIND,
      activatedAt: ['time', false, 'Since when it signs.'],
      previousSecret: ['text', true, 'The one before it.'],
      previousExpiresAt: ['time', true, 'When that one ends, or has ended.'],
    },
  },
  'posthorn.replay.finished': {
    when: 'A bulk replay has ended, and so have its deliveries, unless it was cancelled. Of one over several tenants each is told what was its own.',
    subject: 'the replay',
    data: {
      replay: ['text', false, 'The replay, `rpl_…`.'],
      state: ['text', false, '`finished`, `cancelled` or `failed`.'],
      select: ['text', false, '`failed`, `missing` or `all`.'],
      endpoint: ['text', true, 'The endpoint that it was limited to, `ep_…`.'],
      endpointUid: ['text', true, "The owner's own id of that endpoint."],
      note: ['text', true, 'Why, in the words of who asked for it.'],
      matched: ['count', false, 'What there was to replay, as far as it was looked at.'],
      replayed: ['count', false, 'Deliveries that were made.'],
      succeeded: ['count', false, 'Those of them that arrived.'],
      failed: ['count', false, 'Those that died again.'],
      cancelled: ['count', false, 'Those that were cancelled.'],
      startedAt: ['time', false, 'When it was asked for.'],
      endedAt: ['time', false, 'When it ended.'],
    },
  },
  'posthorn.slo.at_risk': {
    when: 'Of 20 attempts or more within 15 minutes fewer than 90 % have succeeded; once, until 95 % do again or nothing is sent.',
    subject: 'left out',
    data: {
      attempts: ['count', false, 'Attempts within the window, to all endpoints of the tenant.'],
      failures: ['count', false, 'Those of them that failed.'],
      successPercent: ['count', false, 'Those that succeeded, among a hundred; rounded down.'],
      thresholdPercent: ['count', false, 'What it has fallen below.'],
      windowSeconds: ['count', false, 'How long the window is.'],
    },
  },
  'posthorn.dead_letters.expiring': {
    when: 'Dead letters that nobody has resolved are about to be forgotten with their events.',
    subject: 'left out',
    data: {
      count: ['count', false, 'How many.'],
      expireBefore: ['time', false, 'By when they can be replayed.'],
    },
  },
};
