export type { EventDraft } from './event-draft.js';
export { nestingDepth } from './json-scanner.js';
export { MAX_BATCH_EVENTS, readBatch, readSingle } from './read-body.js';
export { DEFAULT_EVENT_LIMITS, type EventLimits, type ReadEvent } from './read-event.js';
export { type DueEvent, type DueLook, FIRST_TURN, ScheduledEventStore } from './scheduled-event.store.js';
export { CANCEL_SCHEDULED, CANCEL_SCHEDULED_OF_TENANT, DUE_EVENTS } from './scheduled-statements.js';
