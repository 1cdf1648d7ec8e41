import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiClient, Delivery } from './api-client.js';
import type { Scene } from './customer.js';
import type { Display } from './display.js';
import type { Ledger } from './ledger.js';
import type { Row } from './row.js';

const LOOK_EVERY_MS = 150;

/** Looks at all deliveries again and again, over the API, and shows them. */
export class Watch {
  /** As they were at the last look, oldest first. */
  deliveries: readonly Delivery[] = [];
  private readonly names: ReadonlyMap<string, string>;
  private readonly tenants: readonly string[];

  constructor(
    private readonly api: ApiClient,
    scenes: readonly Scene[],
    private readonly ledger: Ledger,
    private readonly display: Display,
  ) {
    const customers = scenes.flatMap((scene) => scene.customers);
    this.tenants = customers.map(({ tenant }) => tenant);
    this.names = new Map(customers.map(({ endpoint, name }) => [endpoint, name]));
  }

  /** The name of the customer whose endpoint this is. */
  nameOf(endpoint: string): string {
    return this.names.get(endpoint) ?? endpoint;
  }

  /** Looks until there are this many deliveries and nothing moves any more. */
  async untilSettled(count: number): Promise<void> {
    for (;;) {
      await this.look();
      const open = this.deliveries.filter(({ status }) => status === 'pending' || status === 'held');
      if (this.deliveries.length >= count && open.length === 0) return;
      await sleep(LOOK_EVERY_MS);
    }
  }

  async look(): Promise<void> {
    const lists = await Promise.all(this.tenants.map((tenant) => this.api.deliveries(tenant)));
    // Ids are time-ordered, so that their order is that of creation, whichever tenant they belong to.
    this.deliveries = lists.flat().toSorted((a, b) => (a.id < b.id ? -1 : 1));
    this.display.show(this.deliveries.map((delivery) => this.toRow(delivery)));
  }

  private toRow(delivery: Delivery): Row {
    const receipts = this.ledger.receiptsOf(delivery.id);
    return {
      id: delivery.id,
      type: delivery.type,
      isReplay: delivery.replayOf !== null,
      endpoint: this.nameOf(delivery.endpoint),
      status: delivery.status,
      waitingFor: delivery.waitingFor,
      attempts: delivery.attemptCount,
      lastAnswer: delivery.lastStatusCode?.toString() ?? delivery.lastErrorCode ?? '',
      isVerified: receipts.length === 0 ? null : receipts.every((receipt) => receipt.isVerified),
    };
  }
}
