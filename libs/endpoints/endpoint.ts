import type { Uuid } from '#kernel';
import type { CustomHeaders, JsonObject, RateLimit } from '#policy';
import type { PayloadFormat, SigningScheme } from '#signing';
import type { EndpointAuth, EndpointTls } from './credentials.js';
import type { ShownCircuit } from './circuit.js';

/** `paused` keeps deliveries held, `disabled` cancels them. */
export type EndpointStatus = 'enabled' | 'paused' | 'disabled';

/** `fifo`: one delivery at a time for each ordering key, in the order of publishing. */
export type Ordering = 'none' | 'fifo';

/** What the owner of an endpoint decides about it, checked and with its defaults; null means "as the platform does". */
export interface EndpointSettings {
  readonly uid: string | null;
  readonly url: string;
  readonly description: string | null;
  /** Names in lower case. In what the stores hand out, credentials are masked. */
  readonly headers: CustomHeaders;
  /** Secrets are masked in what the stores hand out, as in `headers`. */
  readonly auth: EndpointAuth | null;
  readonly tls: EndpointTls | null;
  readonly payloadFormat: PayloadFormat;
  readonly signing: readonly SigningScheme[];
  readonly ordering: Ordering;
  readonly maxInFlight: number | null;
  readonly rateLimit: RateLimit | null;
  readonly timeoutSeconds: number | null;
  /** Seconds between attempts. */
  readonly retrySchedule: readonly number[] | null;
  readonly metadata: JsonObject;
  /** Days from one scheduled secret to the next; null for no schedule. */
  readonly rotateSecretsEveryDays: number | null;
  /** How long the older secrets go on signing after a scheduled one is active; null as with rotations by hand. */
  readonly rotationGraceSeconds: number | null;
}

/** Whether the endpoint's URL has proven that it wants the traffic, and whether it has to. */
export type OwnershipState = 'verified' | 'unverified' | 'not_required';

export interface Ownership {
  readonly state: OwnershipState;
  /** Of the URL that the endpoint has now. */
  readonly verifiedAt: Date | null;
}

/** Where events are delivered to. */
export interface Endpoint extends EndpointSettings {
  readonly id: Uuid;
  readonly tenantId: Uuid;
  readonly status: EndpointStatus;
  readonly disabledReason: string | null;
  /** When it was disabled last, whatever it is now. */
  readonly disabledAt: Date | null;
  readonly ownership: Ownership;
  /** Raised by every change, of its secrets too. */
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly circuit: ShownCircuit;
}
