import { describe, expect, it } from 'vitest';
import { isConnectionLost, isDataError, isTransient } from './database-errors.js';

const withCode = (code: string): Error => Object.assign(new Error('no'), { code });

describe(isConnectionLost, () => {
  it.each([
    ['08006', 'connection failure'],
    ['53100', 'disk full'],
    ['53300', 'too many connections'],
    ['57P01', 'administrator shutdown'],
    ['57P03', 'still starting'],
    ['58030', 'I/O error'],
    ['25006', 'a primary that has become a standby'],
    ['3D000', 'a database that is being restored'],
    ['ECONNREFUSED', 'nobody listens'],
    ['ENETUNREACH', 'no network'],
  ])('takes %s for the database being away: %s', (code) => {
    expect([isConnectionLost(withCode(code)), isTransient(withCode(code))]).toEqual([true, true]);
    expect(isDataError(withCode(code))).toBe(false);
  });

  it.each([
    'Connection terminated unexpectedly',
    'Query read timeout',
    'timeout exceeded when trying to connect',
    'Client has encountered a connection error and is not queryable',
  ])('knows what the driver says without a code: %s', (message) => {
    expect(isConnectionLost(new Error(message))).toBe(true);
  });

  it.each(['22021', '23505', '42P01', '40001'])('does not take %s for it', (code) => {
    expect(isConnectionLost(withCode(code))).toBe(false);
  });
});
