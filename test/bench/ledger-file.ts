import { readFileSync, writeFileSync } from 'node:fs';

/** `evt_` and 26 characters. */
export const WEBHOOK_ID_LENGTH = 30;

/** One line of a ledger: an event that was accepted, or a delivery that arrived. */
export interface Entry {
  webhookId: string;
  /** Publisher: the load that it belongs to. Receiver: 1 for a replay, else 0. */
  tag: number;
  /** Publisher: deliveries made of the event. Receiver: the endpoint. */
  number: number;
  /** When the publish was sent, or the delivery had come; see `monotonicMs`. */
  atMs: number;
  /** Publisher: until the publish was answered. */
  tookMs: number;
}

const AT = { tag: 30, number: 32, atMs: 36, tookMs: 44 };
const ENTRY_BYTES = 52;
const CHUNK_ENTRIES = 16_384;

/**
 * Notes entries in fixed-width binary, in memory until they are written out: some hundred nanoseconds each and no object
 * kept, because publisher and receiver share two cores with what they measure.
 */
export class LedgerWriter {
  private readonly full: Buffer[] = [];
  private chunk = Buffer.allocUnsafe(CHUNK_ENTRIES * ENTRY_BYTES);
  private end = 0;

  /** The id as Latin-1 text; exactly {@link WEBHOOK_ID_LENGTH} characters. */
  note(webhookId: string, tag: number, number: number, atMs: number, tookMs: number): void {
    if (this.end === this.chunk.length) this.turnPage();
    const { chunk, end } = this;
    chunk.write(webhookId, end, WEBHOOK_ID_LENGTH, 'latin1');
    chunk.writeUInt16LE(tag, end + AT.tag);
    chunk.writeUInt32LE(number, end + AT.number);
    chunk.writeDoubleLE(atMs, end + AT.atMs);
    chunk.writeDoubleLE(tookMs, end + AT.tookMs);
    this.end = end + ENTRY_BYTES;
  }

  write(file: string): void {
    writeFileSync(file, Buffer.concat([...this.full, this.chunk.subarray(0, this.end)]));
  }

  private turnPage(): void {
    this.full.push(this.chunk);
    this.chunk = Buffer.allocUnsafe(CHUNK_ENTRIES * ENTRY_BYTES);
    this.end = 0;
  }
}

export function* readLedger(file: string): Generator<Entry> {
  const bytes = readFileSync(file);
  for (let at = 0; at + ENTRY_BYTES <= bytes.length; at += ENTRY_BYTES) {
    yield {
      webhookId: bytes.toString('latin1', at, at + WEBHOOK_ID_LENGTH),
      tag: bytes.readUInt16LE(at + AT.tag),
      number: bytes.readUInt32LE(at + AT.number),
      atMs: bytes.readDoubleLE(at + AT.atMs),
      tookMs: bytes.readDoubleLE(at + AT.tookMs),
    };
  }
}
