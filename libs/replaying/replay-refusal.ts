import { PosthornError, toTypeId } from '#kernel';
import type { Refusal, ReplayRow } from './replay-statement.js';

/** A refusal in the words of the API. */
export function whyRefused(refusal: Refusal, row: ReplayRow): PosthornError {
  switch (refusal) {
    case 'resolved': {
      const name = toTypeId('dl', row.deadLetterId!);
      return new PosthornError('already_resolved', `The dead letter ${name} was ${row.resolution} before.`);
    }
    case 'delivery_gone':
      return new PosthornError('not_found', `There is no delivery ${toTypeId('dlv', row.replayOf)}.`);
    case 'delivery_open':
      return notReplayable(`The delivery ${toTypeId('dlv', row.replayOf)} is still open.`);
    case 'other_open':
      return notReplayable(`${toTypeId('dlv', row.otherId!)} is still open for the same event and endpoint.`);
    case 'event_gone':
      return eventExpired(`The event ${toTypeId('evt', row.eventId)} is older than events are kept.`);
    case 'event_erased':
      return eventExpired(`The payload of ${toTypeId('evt', row.eventId)} was erased.`);
    case 'event_expired':
      return eventExpired(`The event ${toTypeId('evt', row.eventId)} has expired.`);
    case 'endpoint_deleted':
      return notReplayable(`The endpoint ${toTypeId('ep', row.endpointId)} was deleted.`);
    case 'endpoint_disabled':
      return notReplayable(`The endpoint ${toTypeId('ep', row.endpointId)} is disabled: enable it first.`);
  }
}

const notReplayable = (message: string): PosthornError => new PosthornError('not_replayable', message);

const eventExpired = (message: string): PosthornError => new PosthornError('event_expired', message);
