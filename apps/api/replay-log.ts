import { toTypeId } from '#kernel';
import type { Replay } from '#replaying';
import type { Logger } from '#telemetry';
import type { Principal } from '#tenants';

/**
 * Who replayed what, and why. A dead letter keeps the reason as its note; of a delivery that had not died, this line is
 * the only record of it.
 */
export class ReplayLog {
  constructor(private readonly logger: Logger) {}

  note(caller: Principal, { id, replayOf }: Replay, reason: string | null): void {
    const facts = {
      requestedBy: toTypeId('key', caller.keyId),
      delivery: toTypeId('dlv', replayOf),
      replay: toTypeId('dlv', id),
      reason,
    };
    this.logger.info(facts, 'delivery replayed');
  }
}
