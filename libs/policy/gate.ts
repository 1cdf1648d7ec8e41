/** What the gate looks at: the endpoint as it is now. */
export interface GateTarget {
  readonly status: 'enabled' | 'paused' | 'disabled' | 'deleted';
  readonly isTenantPaused: boolean;
}

/** Whether a delivery may be sent now, and if not, what becomes of it without spending an attempt. */
export type GateDecision =
  | { readonly kind: 'send' }
  | { readonly kind: 'hold' }
  | { readonly kind: 'cancel'; readonly reason: 'endpoint_disabled' | 'endpoint_deleted' }
  | { readonly kind: 'expire' };

const SEND: GateDecision = { kind: 'send' };
const HOLD: GateDecision = { kind: 'hold' };
const EXPIRE: GateDecision = { kind: 'expire' };

/** Decides at the last moment before a request, with the endpoint's newest known state. Pure. */
export function decideGate(target: GateTarget, expiresAtMs: number | null, nowMs: number): GateDecision {
  switch (target.status) {
    case 'deleted':
      return { kind: 'cancel', reason: 'endpoint_deleted' };
    case 'disabled':
      return { kind: 'cancel', reason: 'endpoint_disabled' };
    case 'paused':
    case 'enabled':
      if (expiresAtMs !== null && nowMs >= expiresAtMs) return EXPIRE;
      return target.status === 'paused' || target.isTenantPaused ? HOLD : SEND;
  }
}
