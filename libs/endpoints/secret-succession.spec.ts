import { describe, expect, it } from 'vitest';
import { decideRevocation, type SecretLife } from './secret-succession.js';

const inHours = (hours: number) => new Date(hours * 3_600_000);

const secret = (id: string, life: Partial<SecretLife> = {}): SecretLife => ({
  id,
  isLive: true,
  expiresAt: null,
  ...life,
});

describe(decideRevocation.name, () => {
  it('keeps the last one', () => {
    expect(decideRevocation([secret('only')], 'only')).toEqual({ kind: 'last' });
  });

  it('keeps the only live one while its successor still waits', () => {
    const pending = secret('next', { isLive: false });
    const live = secret('live', { expiresAt: inHours(2) });
    expect(decideRevocation([pending, live], 'live')).toEqual({ kind: 'last' });
  });

  it('revokes one in its grace period and leaves the others alone', () => {
    const old = secret('old', { expiresAt: inHours(1) });
    expect(decideRevocation([secret('new'), old], 'old')).toEqual({ kind: 'revoke' });
  });

  it('lets the one before live on when the newest is revoked', () => {
    const old = secret('old', { expiresAt: inHours(1) });
    const older = secret('older', { expiresAt: inHours(0.5) });
    expect(decideRevocation([secret('new'), old, older], 'new')).toEqual({
      kind: 'inherit',
      heirId: 'old',
      expiresAt: null,
    });
  });

  it('calls a rotation off when the secret that waits is revoked', () => {
    const pending = secret('next', { isLive: false });
    const live = secret('live', { expiresAt: inHours(2) });
    expect(decideRevocation([pending, live], 'next')).toEqual({ kind: 'inherit', heirId: 'live', expiresAt: null });
  });

  it('leaves no gap before a secret that waits', () => {
    const pending = secret('next', { isLive: false });
    const live = secret('live', { expiresAt: inHours(4) });
    const old = secret('old', { expiresAt: inHours(1) });
    expect(decideRevocation([pending, live, old], 'live')).toEqual({
      kind: 'inherit',
      heirId: 'old',
      expiresAt: inHours(4),
    });
  });
});
