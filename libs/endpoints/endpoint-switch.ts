import { Injectable } from '@nestjs/common';
import { type Actor, type AuditAction, recordChange, SYSTEM } from '#audit';
import { Database, type Executor, raiseConfigVersion } from '#database';
import { KeyRing, PosthornError, type Uuid } from '#kernel';
import { announceDisabled } from './announce-disabled.js';
import { ofEndpoint, statusFacts } from './audited.js';
import { CircuitStore } from './circuit-store.js';
import type { Endpoint, EndpointStatus } from './endpoint.js';
import { recordVersion } from './endpoint-history.js';
import { disableFailing, type EndpointRow, lockEndpoint, toEndpoint, updateStatus } from './endpoint-rows.js';
import { decideStatus, type StatusCommand } from './endpoint-status.js';
import { endRun } from './failing-runs.js';
import { OpenDeliveryEffects } from './open-delivery-effects.js';
import { isAwaitingProof, refuseUnproven } from './ownership.js';
import { restartTimetable } from './slot-store.js';
import { changeTenant } from './tenant-change.js';

/** The reason that stands at an endpoint when whoever disabled it gave none. */
export const DEFAULT_DISABLED_REASON = 'requested';

/** The reason that stands at an endpoint which has failed for days. */
const FAILING_REASON = 'failing';

const ACTIONS: Readonly<Record<StatusCommand, AuditAction>> = {
  pause: 'endpoint.paused',
  resume: 'endpoint.resumed',
  enable: 'endpoint.enabled',
  disable: 'endpoint.disabled',
};

/** Turns endpoints on and off, and sees to what that means for their open deliveries. */
@Injectable()
export class EndpointSwitch {
  private readonly circuits: CircuitStore;

  constructor(
    private readonly db: Database,
    private readonly keyRing: KeyRing,
    private readonly effects: OpenDeliveryEffects,
  ) {
    this.circuits = new CircuitStore(db);
  }

  /**
   * Does what was asked, or answers the endpoint as it is when it is so already. `reason` is kept for `disable` only.
   * Whoever resumes or enables vouches for the endpoint: its circuit is closed, and no pause that it asked for counts. One
   * that is disabled needs none.
   * Throws `not_found`, `conflict` when the command leads nowhere from the present state, and `endpoint_unverified` when the
   * endpoint has to prove first that it wants the traffic.
   */
  async turn(
    by: Actor,
    tenantId: Uuid,
    endpointId: Uuid,
    command: StatusCommand,
    reason: string | null = null,
  ): Promise<Endpoint> {
    const { endpoint, became } = await changeTenant(this.db, tenantId, async (tx) => {
      const before = await lockEndpoint(tx, tenantId, endpointId);
      let row = before;
      const decision = decideStatus(row.status, command, isAwaitingProof(before));
      if (decision.kind === 'refuse') throw new PosthornError('conflict', decision.message);
      if (command === 'enable') refuseUnproven(before);
      if (command !== 'pause') {
        const hasReset = await this.circuits.reset(endpointId, `The endpoint was ${command}d.`, tx);
        if (hasReset) row = await lockEndpoint(tx, tenantId, endpointId);
      }
      if (decision.kind === 'stay') {
        await record(tx, by, ACTIONS[command], before, row);
        return { endpoint: toEndpoint(row, this.keyRing), became: null };
      }
      const disabledReason = decision.status === 'disabled' ? (reason ?? DEFAULT_DISABLED_REASON) : null;
      const written = await updateStatus(tx, endpointId, decision.status, disabledReason);
      if (decision.status === 'enabled') await restartTimetable(tx, endpointId);
      await raiseConfigVersion(tx, tenantId);
      if (decision.status === 'disabled') await announceDisabled(tx, written);
      await record(tx, by, ACTIONS[command], before, written);
      return { endpoint: toEndpoint(written, this.keyRing), became: decision.status };
    });
    if (became !== null) await this.affectOpen(endpointId, became);
    return endpoint;
  }

  /**
   * Disables an endpoint at which every attempt has failed since then (epoch milliseconds). The facts are looked at once
   * more in the transaction: false when it was turned or has succeeded meanwhile.
   */
  async disableFailing(tenantId: Uuid, endpointId: Uuid, sinceMs: number): Promise<boolean> {
    const isDisabled = await changeTenant(this.db, tenantId, async (tx) => {
      const written = await disableFailing(tx, endpointId, sinceMs, FAILING_REASON);
      if (written === null) return false;
      await record(tx, SYSTEM, 'endpoint.disabled', beforeDisabling(written), written);
      await endRun(tx, endpointId);
      await raiseConfigVersion(tx, tenantId);
      await announceDisabled(tx, written, sinceMs);
      return true;
    });
    if (isDisabled) await this.affectOpen(endpointId, 'disabled');
    return isDisabled;
  }

  private async affectOpen(endpointId: Uuid, became: EndpointStatus): Promise<void> {
    switch (became) {
      case 'enabled':
        return this.effects.releaseHeld(endpointId);
      case 'disabled':
        return this.effects.cancelOpen(endpointId, 'endpoint_disabled');
      case 'paused':
        // Workers hold what they come upon; nothing needs to be looked for.
        return;
    }
  }
}

function beforeDisabling(row: EndpointRow): EndpointRow {
  return { ...row, version: row.version - 1, status: 'enabled', disabled_reason: null };
}

/** Turning into what it is already changes nothing, and is not on record. */
async function record(tx: Executor, by: Actor, action: AuditAction, from: EndpointRow, to: EndpointRow): Promise<void> {
  const change = { action, ...ofEndpoint(to), before: statusFacts(from), after: statusFacts(to) };
  if (to.version > from.version) await recordVersion(tx, by, to.id, change);
  else await recordChange(tx, by, change);
}
