import { describe, expect, it } from 'vitest';
import { FieldMistake, toChanges, toFields } from './endpoint-fields.js';

const blank = toFields(null);

describe(toChanges, () => {
  it('sends nothing that was left alone', () => {
    expect(toChanges(blank, blank)).toEqual({});
    expect(toChanges({ ...blank, url: ' https://a.example ' }, blank)).toEqual({ url: 'https://a.example' });
  });

  it('reads headers, rate, schedule and schemes as they are typed', () => {
    const typed = {
      ...blank,
      headers: 'X-Team: payments\nX-Time: 10:30',
      rateLimit: 5,
      retrySchedule: '5, 60 3600',
      schemes: ['standard', 'github'],
      ownSchemes: '{"scheme":"hmac","header":"X-Sig"}',
    };
    expect(toChanges(typed, blank)).toEqual({
      headers: { 'X-Team': 'payments', 'X-Time': '10:30' },
      rateLimit: { limit: 5, periodSeconds: 1 },
      retrySchedule: [5, 60, 3600],
      signing: [{ scheme: 'standard' }, { scheme: 'github' }, { scheme: 'hmac', header: 'X-Sig' }],
    });
  });

  it('clears what was emptied', () => {
    const before = { ...blank, maxInFlight: 4, description: 'old' };
    expect(toChanges(blank, before)).toEqual({ maxInFlight: null, description: null });
  });

  it('says which field cannot be meant', () => {
    expect(() => toChanges({ ...blank, metadata: '{' }, blank)).toThrow(new FieldMistake('metadata', 'is not JSON'));
    expect(() => toChanges({ ...blank, headers: 'nonsense' }, blank)).toThrow(FieldMistake);
  });
});
