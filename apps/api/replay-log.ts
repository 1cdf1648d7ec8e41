import { toTypeId, type Uuid } from '#kernel';
import type { Logger } from '#telemetry';
import type { Principal } from '#tenants';

/**
 * Who replayed what, and why. A dead letter keeps the reason as its note; of a delivery that had not died, this line is
 * the only record of it.
 */
export class ReplayLog {
  constructor(private readonly logger: Logger) {}

  note(caller: Principal, deliveryId: Uuid, replayId: Uuid, reason: string | null): void {
    const facts = {
      requestedBy: toTypeId('key', caller.keyId),
      delivery: toTypeId('dlv', deliveryId),
      replay: toTypeId('dlv', replayId),
      reason,
    };
    this.logger.info(facts, 'delivery replayed');
  }
}
