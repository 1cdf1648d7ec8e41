import type { FaultRecord } from '../faults/fault-record.js';
import type { PublisherLedger, Stream } from '../publisher/publisher-messages.js';
import type { Request, Temper } from '../receiver/receiver-messages.js';
import type { DatabaseRecord } from './database-record.js';

/** Everything that is known when all has come to rest. */
export interface Facts {
  streams: readonly Stream[];
  /** By the receiver's number of the endpoint. */
  endpoints: readonly { id: string; temper: Temper }[];
  ledger: PublisherLedger;
  requests: readonly Request[];
  database: DatabaseRecord;
  watch: { worstOverdueMs: number; twice: number };
  /** In the order in which they were played. */
  faults: readonly FaultRecord[];
}
