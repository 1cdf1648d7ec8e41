/** An event that was answered 202. Times are of `performance.now()`, in milliseconds. */
export interface Published {
  readonly id: string;
  readonly type: string;
  /** The `data` as it was published. */
  readonly data: string;
  readonly deliveryCount: number;
  readonly askedAtMs: number;
  readonly answeredAtMs: number;
}

/** One request that a receiver got, as the receiver saw and answered it. */
export interface Receipt {
  readonly receiver: string;
  /** From `webhook-id`. */
  readonly event: string;
  /** From `posthorn-delivery`. */
  readonly delivery: string;
  /** From `posthorn-replay-of`. */
  readonly replayOf: string | null;
  readonly attempt: number;
  readonly body: Buffer;
  /** Whether the independent library found the signature good. */
  readonly isVerified: boolean;
  /** Whether the same library refused the same request with one byte changed, as it must. */
  readonly isForgeryRefused: boolean;
  readonly status: number;
  /** Whether this receiver had answered 2xx to the same `webhook-id` before. */
  readonly isDuplicate: boolean;
  readonly receivedAtMs: number;
}

/** Enough to judge everything that happens in a few minutes; the demo may run for days. */
const MOST_KEPT = 1_000;

/** Both ends of the road: what was accepted, and what came out. The promises are judged by comparing the two. */
export class Ledger {
  readonly published = new Map<string, Published>();
  readonly receipts: Receipt[] = [];

  accepted(event: Published): void {
    this.published.set(event.id, event);
    if (this.published.size <= MOST_KEPT) return;
    const [oldest] = this.published.keys();
    if (oldest !== undefined) this.published.delete(oldest);
  }

  received(receipt: Receipt): void {
    this.receipts.push(receipt);
    if (this.receipts.length > MOST_KEPT) this.receipts.shift();
  }

  /** The requests that were made for one delivery, oldest first. */
  receiptsOf(delivery: string): readonly Receipt[] {
    return this.receipts.filter((receipt) => receipt.delivery === delivery);
  }
}
