import { describe, expect, it } from 'vitest';
import { isEventType, isEventTypePattern, matchesPattern } from './event-type-pattern.js';

describe(isEventType.name, () => {
  it.each(['payment', 'payment.succeeded', 'a.b.c', 'A-b_9.x', 'x'.repeat(128)])('accepts %s', (text) => {
    expect(isEventType(text)).toBe(true);
  });

  it.each(['', '.', 'a.', '.a', 'a..b', 'a b', 'a.*', '*', 'ü', 'a/b', 'a\n', 'x'.repeat(129)])(
    'refuses %j',
    (text) => {
      expect(isEventType(text)).toBe(false);
    },
  );
});

describe(isEventTypePattern.name, () => {
  it.each(['*', 'payment', 'payment.*', 'payment.card.*', 'a.b'])('accepts %s', (text) => {
    expect(isEventTypePattern(text)).toBe(true);
  });

  it.each(['', '**', '.*', '*.', '*.a', 'a*', 'a.*.b', 'a.**', 'a.b*', '?', 'a..*', 'a.*\n', `${'x'.repeat(127)}.*`])(
    'refuses %j',
    (text) => {
      expect(isEventTypePattern(text)).toBe(false);
    },
  );
});

describe(matchesPattern.name, () => {
  it.each([
    ['*', 'payment'],
    ['*', 'payment.succeeded'],
    ['payment', 'payment'],
    ['payment.succeeded', 'payment.succeeded'],
    ['payment.*', 'payment.succeeded'],
    ['payment.*', 'payment.card.declined'],
    ['payment.card.*', 'payment.card.declined'],
  ])('%s takes %s', (pattern, type) => {
    expect(matchesPattern(pattern, type)).toBe(true);
  });

  it.each([
    ['payment', 'payment.succeeded'],
    ['payment.*', 'payment'],
    ['payment.*', 'payment.'],
    ['payment.*', 'payments.made'],
    ['payment.*', 'Payment.made'],
    ['payment.card.*', 'payment.succeeded'],
    ['payment.succeeded', 'payment.succeeded.twice'],
  ])('%s does not take %s', (pattern, type) => {
    expect(matchesPattern(pattern, type)).toBe(false);
  });
});
