import { type NumberField, readNumber } from '../ui/form-errors.js';

export interface PortalSession {
  readonly url: string;
  readonly expiresAt: string;
}

/** What a portal link may do, as it stands in a form. */
export interface PortalSessionFields extends Record<string, unknown> {
  capabilities: string[];
  minutes: NumberField;
}

export const CAPABILITIES = [
  { value: 'view', label: 'Look at its endpoints, events and deliveries' },
  { value: 'manage_endpoints', label: 'Make, change, pause and test endpoints and subscriptions' },
  { value: 'see_secrets', label: 'See secrets and what is hidden from support, and rotate secrets' },
  { value: 'replay', label: 'Replay, cancel and discard deliveries' },
];

export const BLANK_SESSION: PortalSessionFields = { capabilities: CAPABILITIES.map(({ value }) => value), minutes: 60 };

/** What the API is sent: how long the link lasts is left to it when it is empty. */
export function toPortalSession({ capabilities, minutes }: PortalSessionFields): object {
  const lasts = readNumber('minutes', minutes);
  return { capabilities, ...(lasts === undefined ? {} : { expiresInSeconds: Math.round(lasts * 60) }) };
}
