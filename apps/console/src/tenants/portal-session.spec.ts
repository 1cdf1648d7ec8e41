import { describe, expect, it } from 'vitest';
import { FieldMistake } from '../ui/form-errors.js';
import { BLANK_SESSION, toPortalSession } from './portal-session.js';

describe(toPortalSession, () => {
  it('asks for what was chosen, and for seconds', () => {
    expect(toPortalSession({ capabilities: ['view'], minutes: 1.5 })).toEqual({
      capabilities: ['view'],
      expiresInSeconds: 90,
    });
  });

  it('leaves the time to the API when there is none, and takes nothing that is no number', () => {
    expect(toPortalSession({ ...BLANK_SESSION, minutes: '' })).toEqual({ capabilities: BLANK_SESSION.capabilities });
    expect(() => toPortalSession({ ...BLANK_SESSION, minutes: '-' })).toThrow(FieldMistake);
  });
});
