import { OpenDeliveryEffects } from '#endpoints';
import type { Uuid } from '#kernel';

/** Does nothing to open deliveries, and remembers whose were to be cancelled. */
export class NoEffects extends OpenDeliveryEffects {
  readonly cancelled: Uuid[] = [];
  async releaseHeld(): Promise<void> {}
  async reschedule(): Promise<void> {}
  async cancelOpen(endpointId: Uuid): Promise<void> {
    this.cancelled.push(endpointId);
  }
}
