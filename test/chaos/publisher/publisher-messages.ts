/** Events of one type of one tenant, with the endpoints that each of them goes to. */
export interface Stream {
  tenant: string;
  type: string;
  /** Numbers of the receiver's endpoints. */
  endpoints: number[];
  /** How often it is chosen, against the others. */
  weight: number;
}

/** An event that the publisher wanted published; times are of `monotonicMs`. */
export interface Published {
  uid: string;
  /** Its id; null if it was never accepted. */
  eventId: string | null;
  /** Its place in the list of streams. */
  stream: number;
  deliveryCount: number;
  /** When it was first tried, and when it was accepted. */
  sentMs: number;
  acceptedMs: number;
  tries: number;
}

/** A publish that was not accepted at once. */
export interface Refusal {
  atMs: number;
  api: number;
  /** Null: no answer at all. */
  status: number | null;
  reason: string;
}

export type PublisherOrder =
  | { kind: 'start'; urls: string[]; key: string; streams: Stream[]; perSecond: number; seed: number }
  /** Publishes nothing new; reported when everything it began has been accepted. */
  | { kind: 'stop' }
  /** Writes everything published and everything refused into a file, one JSON object. */
  | { kind: 'write'; file: string };

export type PublisherReport =
  | { kind: 'started' }
  | { kind: 'stopped' }
  | { kind: 'written' }
  | { kind: 'accepted'; events: number; underWay: number };

/** What stands in the file. */
export interface PublisherLedger {
  published: Published[];
  refusals: Refusal[];
}
