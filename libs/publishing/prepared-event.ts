import { createHash } from 'node:crypto';
import { PosthornError, parseTypeId, type Uuid } from '#kernel';
import type { TenantConfig } from '#endpoints';
import type { Line } from '#deliveries';
import type { EventDraft } from '#events';
import type { FilteredEvent } from '#policy';
import type { CheckedData } from './data-checker.js';
import type { PublishScope } from './publish-scope.js';

/** One delivery to be made of an event. */
export interface PreparedDelivery {
  readonly endpointId: Uuid;
  readonly endpointVersion: number;
  /** Null for an event that targets its endpoint. */
  readonly subscriptionId: Uuid | null;
  /** A disabled endpoint's deliveries are recorded as cancelled, so that they can be replayed. */
  readonly isCancelled: boolean;
  /** Made one after the other with those of its ordering key: never by a job, only when its turn comes. */
  readonly isOrdered: boolean;
}

/** An event with what it becomes under one version of its tenant's configuration and of the catalog of event types. */
export interface PreparedEvent {
  readonly draft: EventDraft;
  /** Who published it: also asked again when the event is matched anew, for a uid may come to name another tenant. */
  readonly publishedBy: PublishScope;
  checked: CheckedData;
  config: TenantConfig;
  /** Matched only when it is due: it has no deliveries yet. */
  isScheduled: boolean;
  /** The one endpoint that it is meant for. */
  targetId: Uuid | null;
  deliveries: readonly PreparedDelivery[];
  /** Given at the first flush and kept through retries, so that a retry can see that it was written. */
  id: Uuid | null;
  createdAtMs: number;
  deliveryIds: Uuid[];
}

/** Matches the event against the configuration. Throws `unknown_endpoint` when it targets one that is not there. */
export function matchDeliveries(
  draft: FilteredEvent & Pick<EventDraft, 'endpoint'>,
  config: TenantConfig,
): PreparedDelivery[] {
  if (draft.endpoint !== null) return [targetedDelivery(draft.endpoint, config)];
  const deliveries: PreparedDelivery[] = [];
  for (const { endpointId, subscriptionId } of config.matcher.match(draft)) {
    const endpoint = config.endpoints.get(endpointId);
    if (!endpoint) continue;
    deliveries.push({
      endpointId,
      endpointVersion: endpoint.version,
      subscriptionId,
      isCancelled: endpoint.isDisabled,
      isOrdered: endpoint.isOrdered,
    });
  }
  return deliveries;
}

function targetedDelivery(ref: string, config: TenantConfig): PreparedDelivery {
  const id = parseTypeId('ep', ref);
  const endpoint =
    id !== null ? config.endpoints.get(id) : [...config.endpoints.values()].find(({ uid }) => uid === ref);
  if (!endpoint) {
    const message = `the tenant has no endpoint "${ref}"`;
    throw new PosthornError('unknown_endpoint', message, {
      errors: [{ pointer: '/endpoint', code: 'unknown_endpoint', message }],
    });
  }
  return {
    endpointId: endpoint.id,
    endpointVersion: endpoint.version,
    subscriptionId: null,
    isCancelled: endpoint.isDisabled,
    isOrdered: endpoint.isOrdered,
  };
}

/** The line at `endpointId` that the event's delivery stands in, if that endpoint keeps order. */
export function lineOf({ draft }: PreparedEvent, endpointId: Uuid): Line {
  return { endpointId, orderKey: draft.orderingKey ?? '' };
}

/**
 * What two publishes under one uid must have in common to be the same event: type, data and routing. An endpoint is the
 * same by its id and by its uid.
 */
export function fingerprint({ draft, targetId }: Pick<PreparedEvent, 'draft' | 'targetId'>): Buffer {
  const { type, channels, subject, expiresAtMs, deliverAtMs, orderingKey } = draft;
  // What is rare stands at the end and only where it is: the prints of all other events stay as they were.
  const later = deliverAtMs === null ? [] : [{ deliverAtMs }];
  const ordered = orderingKey === null ? [] : [orderingKey];
  const routing = JSON.stringify([type, channels, targetId, subject, expiresAtMs, ...later, ...ordered]);
  return createHash('sha256').update(routing).update('\n').update(draft.data).digest().subarray(0, 16);
}
