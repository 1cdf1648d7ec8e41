import type { EndpointStatus } from './endpoint.js';

/** What a person may ask of an endpoint's state. */
export type StatusCommand = 'pause' | 'resume' | 'enable' | 'disable';

export type StatusDecision =
  | { readonly kind: 'become'; readonly status: EndpointStatus }
  /** It is as asked already. */
  | { readonly kind: 'stay' }
  /** The command does not lead anywhere from here; the sentence says what does. */
  | { readonly kind: 'refuse'; readonly message: string };

/**
 * The state machine of an endpoint as people drive it: `enabled` and `paused` by pause and resume, `disabled` from
 * either and back by enable. Asking twice is the same as asking once; but one that is disabled until it proves something
 * (`isAwaitingProof`) can be disabled by a person beside, and stays so when it has. Pure.
 */
export function decideStatus(now: EndpointStatus, command: StatusCommand, isAwaitingProof = false): StatusDecision {
  switch (command) {
    case 'pause':
      return now === 'disabled' ? refuse('The endpoint is disabled; enable it first.') : become('paused', now);
    case 'resume':
      return now === 'disabled' ? refuse('The endpoint is disabled; enable it instead.') : become('enabled', now);
    case 'enable':
      return now === 'paused' ? refuse('The endpoint is paused, not disabled; resume it.') : become('enabled', now);
    case 'disable':
      return isAwaitingProof ? { kind: 'become', status: 'disabled' } : become('disabled', now);
  }
}

function become(status: EndpointStatus, now: EndpointStatus): StatusDecision {
  return status === now ? { kind: 'stay' } : { kind: 'become', status };
}

function refuse(message: string): StatusDecision {
  return { kind: 'refuse', message };
}
