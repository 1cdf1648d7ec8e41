import type { NewEvent } from './api-client.js';
import { registerCustomer, type Scene, type Stage } from './customer.js';

/** One retry, a second later: the wait for dead letters should be short. */
const RETRY_SCHEDULE_SECONDS = [1];

const ALERTS = [
  { type: 'alert.firing', alert: 'DiskAlmostFull', host: 'db-1', severity: 'critical', value: 97.5 },
  { type: 'alert.firing', alert: 'HighLatency', host: 'api-3', severity: 'warning', value: 812 },
  { type: 'alert.resolved', alert: 'HighLatency', host: 'api-3', severity: 'warning', value: 44 },
];

export interface ChatRelay extends Scene {
  /** The relay is up again. */
  comeBack(): Promise<void>;
}

/** A monitoring system and the relay that posts its alerts into a chat. The relay is down: nobody listens there. */
export async function openChatRelay(stage: Stage): Promise<ChatRelay> {
  await stage.api.describeEventType('alert.firing', 'A condition is true that should not be.');
  await stage.api.describeEventType('alert.resolved', 'A condition is over.');
  const relay = await registerCustomer(stage, {
    uid: 'night-watch',
    name: 'Chat-ops relay',
    eventTypes: ['alert.*'],
    retrySchedule: RETRY_SCHEDULE_SECONDS,
  });
  await relay.receiver.close();
  return {
    customers: [relay],
    events: ALERTS.map((alert) => toEvent(relay.tenant, alert)),
    comeBack: () => relay.receiver.open(),
  };
}

function toEvent(tenant: string, { type, ...alert }: (typeof ALERTS)[number]): NewEvent {
  return { tenant, type, subject: `host/${alert.host}`, data: JSON.stringify(alert) };
}
