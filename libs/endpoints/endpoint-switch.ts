import { Injectable } from '@nestjs/common';
import { Database, raiseConfigVersion } from '#database';
import { KeyRing, PosthornError, type Uuid } from '#kernel';
import { CircuitStore } from './circuit-store.js';
import type { Endpoint, EndpointStatus } from './endpoint.js';
import { lockEndpoint, toEndpoint, updateStatus } from './endpoint-rows.js';
import { decideStatus, type StatusCommand } from './endpoint-status.js';
import { OpenDeliveryEffects } from './open-delivery-effects.js';
import { restartLine } from './slot-store.js';
import { changeTenant } from './tenant-change.js';

/** The reason that stands at an endpoint when whoever disabled it gave none. */
export const DEFAULT_DISABLED_REASON = 'requested';

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
   * Throws `not_found`, and `conflict` when the command leads nowhere from the present state.
   */
  async turn(
    tenantId: Uuid,
    endpointId: Uuid,
    command: StatusCommand,
    reason: string | null = null,
  ): Promise<Endpoint> {
    const { endpoint, became } = await changeTenant(this.db, tenantId, async (tx) => {
      let row = await lockEndpoint(tx, tenantId, endpointId);
      const decision = decideStatus(row.status, command);
      if (decision.kind === 'refuse') throw new PosthornError('conflict', decision.message);
      if (command !== 'pause') {
        const hasReset = await this.circuits.reset(endpointId, `The endpoint was ${command}d.`, tx);
        if (hasReset) row = await lockEndpoint(tx, tenantId, endpointId);
      }
      if (decision.kind === 'stay') return { endpoint: toEndpoint(row, this.keyRing), became: null };
      const disabledReason = decision.status === 'disabled' ? (reason ?? DEFAULT_DISABLED_REASON) : null;
      const written = await updateStatus(tx, endpointId, decision.status, disabledReason);
      if (decision.status === 'enabled') await restartLine(tx, endpointId);
      await raiseConfigVersion(tx, tenantId);
      return { endpoint: toEndpoint(written, this.keyRing), became: decision.status };
    });
    if (became !== null) await this.affectOpen(endpointId, became);
    return endpoint;
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
