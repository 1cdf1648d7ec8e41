import { toTypeId } from '#kernel';
import type { Replay } from '#replaying';
import { created } from '../http/answers.js';
import type { FastifyReply } from '../http/request.js';
import { type DeliveryResponse, toDeliveryResponse } from './delivery.response.js';

/** Answers with a delivery that a replay has just opened, as it is at that moment. */
export function createdReplay(reply: FastifyReply, replay: Replay): DeliveryResponse {
  created(reply, `/v1/deliveries/${toTypeId('dlv', replay.id)}`);
  return toDeliveryResponse({
    id: replay.id,
    eventId: replay.eventId,
    tenantId: replay.tenantId,
    endpointId: replay.endpointId,
    subscriptionId: replay.subscriptionId,
    type: replay.type,
    replayOf: replay.replayOf,
    createdAt: replay.createdAt,
    status: 'pending',
    waitingFor: replay.orderKey === null ? 'queue' : 'order',
    attemptCount: 0,
    nextAttemptAt: null,
    lastStatusCode: null,
    lastErrorCode: null,
    cancelReason: null,
    completedAt: null,
  });
}
