import { describe, expect, it } from 'vitest';
import { FieldMistake } from '../ui/form-errors.js';
import { renameEndpointField, toChanges, toCreation, toFields } from './endpoint-fields.js';
import type { Endpoint } from './endpoint.js';
import { toSchemeFields } from './signing-schemes.js';

const blank = toFields(null);

const endpoint = {
  url: 'https://a.example',
  headers: { 'x-team': 'payments', 'x-token': '********' },
  signing: [{ scheme: 'hmac', header: 'X-Sig', prefix: '', algorithm: 'sha256', encoding: 'hex', content: '{body}' }],
  metadata: {},
  auth: { type: 'basic', username: 'ana', password: '********' },
  tls: null,
} as unknown as Endpoint;
const before = toFields(endpoint);

describe(toChanges, () => {
  it('sends nothing that was left alone', () => {
    expect(toChanges(before, before)).toEqual({});
    expect(toChanges({ ...before, url: ' https://b.example ' }, before)).toEqual({ url: 'https://b.example' });
  });

  it('takes out the header whose row is gone', () => {
    const headers = [{ name: 'x-token', value: '********' }];
    expect(toChanges({ ...before, headers }, before)).toEqual({ headers: { 'x-team': null } });
  });

  it('clears what was emptied', () => {
    const had = { ...blank, maxInFlight: 4, description: 'old', tls: { ...blank.tls, ca: 'PEM' } };
    expect(toChanges(blank, had)).toEqual({ maxInFlight: null, description: null, tls: null });
  });

  it('sends one secret that is typed anew, and the masks not at all', () => {
    expect(toChanges({ ...before, auth: { ...before.auth, password: 'new' } }, before)).toEqual({
      auth: { password: 'new' },
    });
    expect(toChanges({ ...before, auth: { ...before.auth, type: 'none' } }, before)).toEqual({ auth: null });
  });

  it('says which field cannot be meant', () => {
    expect(() => toChanges({ ...blank, metadata: '{' }, blank)).toThrow(new FieldMistake('metadata', 'is not JSON'));
    expect(() => toChanges({ ...blank, headers: [{ name: '', value: 'x' }] }, blank)).toThrow(FieldMistake);
    expect(() => toChanges({ ...blank, retrySchedule: 'soon' }, blank)).toThrow(FieldMistake);
    const notANumber = new FieldMistake('maxInFlight', 'is not a number');
    expect(() => toChanges({ ...blank, maxInFlight: '-' }, { ...blank, maxInFlight: 4 })).toThrow(notANumber);
  });
});

describe(toCreation, () => {
  it('reads rate, schedule, schemes and credentials as they are typed', () => {
    const typed = {
      ...blank,
      url: 'https://a.example',
      rateLimit: { limit: 5, periodSeconds: '' },
      retrySchedule: '5, 60 3600',
      signing: [toSchemeFields({ scheme: 'standard' }), { ...toSchemeFields({ scheme: 'hmac' }), header: 'X-Sig' }],
      auth: { ...blank.auth, type: 'bearer', token: 'abc', username: 'left over' },
      tls: { ...blank.tls, ca: 'PEM' },
    };
    expect(toCreation(typed)).toEqual({
      url: 'https://a.example',
      eventTypes: ['*'],
      rateLimit: { limit: 5, periodSeconds: 1 },
      retrySchedule: [5, 60, 3600],
      signing: [{ scheme: 'standard' }, { scheme: 'hmac', header: 'X-Sig', algorithm: 'sha256', encoding: 'hex' }],
      auth: { type: 'bearer', token: 'abc' },
      tls: { ca: 'PEM' },
    });
  });

  it('means no retry by none', () => {
    expect(toCreation({ ...blank, retrySchedule: 'none' })).toMatchObject({ retrySchedule: [] });
    expect(toFields({ ...endpoint, retrySchedule: [] }).retrySchedule).toBe('none');
  });

  it('rotates secrets by a schedule, and no more once the days are gone', () => {
    const rotated = { ...blank, rotateSecretsEveryDays: 90, rotationGraceSeconds: 3600 };
    expect(toCreation(rotated)).toMatchObject({ rotateSecretsEveryDays: 90, rotationGraceSeconds: 3600 });
    expect(toChanges({ ...rotated, rotateSecretsEveryDays: '' }, rotated)).toEqual({ rotateSecretsEveryDays: null });
  });
});

describe(renameEndpointField, () => {
  it('finds the row of a header that is pointed at by its name', () => {
    expect(renameEndpointField(['headers', 'X-Token'], before)).toEqual(['headers', '1', 'name']);
    expect(renameEndpointField(['headers', 'x-other'], before)).toEqual(['headers', 'x-other']);
    expect(renameEndpointField(['signing', '0', 'header'], before)).toEqual(['signing', '0', 'header']);
  });
});
