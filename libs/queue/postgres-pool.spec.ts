import { describe, expect, it } from 'vitest';
import { isConnectionLoss, withSessionSettings } from './postgres-pool.js';

const optionsOf = (url: string) => new URL(url).searchParams.get('options');

describe('withSessionSettings', () => {
  it('sets the schema, and that commits need not reach the disk', () => {
    const url = withSessionSettings('postgres://u:p%40@h:5432/db');

    expect(url).toMatch(/^postgres:\/\/u:p%40@h:5432\/db\?options=/);
    expect(optionsOf(url)).toBe('-c search_path=bullmq -c synchronous_commit=off');
  });

  it("keeps the URL's own parameters and options", () => {
    const url = withSessionSettings('postgres://h/db?sslmode=require&options=-c%20geqo%3Doff');

    expect(new URL(url).searchParams.get('sslmode')).toBe('require');
    expect(optionsOf(url)).toBe('-c geqo=off -c search_path=bullmq -c synchronous_commit=off');
  });
});

describe('isConnectionLoss', () => {
  const withCode = (code: string) => Object.assign(new Error('x'), { code });

  it.each(['57P01', '57P03', '08006', '53300', '58030', 'ECONNREFUSED', 'ECONNRESET'])('is true for %s', (code) => {
    expect(isConnectionLoss(withCode(code))).toBe(true);
  });

  it('is true for what the driver says without a code', () => {
    expect(isConnectionLoss(new Error('Connection terminated unexpectedly'))).toBe(true);
    expect(isConnectionLoss(new Error('Query read timeout'))).toBe(true);
  });

  it.each(['BM001', '22P05', '42P01', '40001', '57014'])(
    'is false for %s, which the server has thought about',
    (code) => {
      expect(isConnectionLoss(withCode(code))).toBe(false);
    },
  );
});
