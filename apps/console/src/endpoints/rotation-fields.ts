import { type NumberField, readNumber } from '../ui/form-errors.js';
import type { Endpoint } from './endpoint.js';

/** A rotation as it stands in a form. */
export interface RotationFields extends Record<string, unknown> {
  graceHours: NumberField;
  secret: string;
  secretEncoding: string | null;
  kind: string | null;
  /** In the browser's own time: `2026-03-01T09:30`; empty for now. */
  activatesAt: string;
}

export const BLANK_ROTATION: RotationFields = {
  graceHours: 24,
  secret: '',
  secretEncoding: null,
  kind: null,
  activatesAt: '',
};

export const SECRET_ENCODINGS = ['whsec', 'whsk', 'utf8', 'hex', 'base64'];

/** What the API is sent: what is empty is left to it. */
export function toRotation({ graceHours, secret, secretEncoding, kind, activatesAt }: RotationFields): object {
  const hours = readNumber('graceHours', graceHours);
  return {
    ...(hours === undefined ? {} : { graceSeconds: Math.round(hours * 3_600) }),
    ...(secret === '' ? {} : { secret, ...(secretEncoding === null ? {} : { secretEncoding }) }),
    ...(kind === null ? {} : { kind }),
    ...(activatesAt === '' ? {} : { activatesAt: new Date(activatesAt).toISOString() }),
  };
}

/** Whether there is a choice of what is rotated: the key pair of Ed25519, or the secret of all other schemes. */
export function hasTwoKinds({ signing }: Pick<Endpoint, 'signing'>): boolean {
  const pairs = signing.filter(({ scheme }) => scheme === 'standard-ed25519');
  return pairs.length > 0 && pairs.length < signing.length;
}
