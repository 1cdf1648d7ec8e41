export { type EventContent, findContent, findContents, NO_CONTENT } from './event-content.js';
export type { EventDraft } from './event-draft.js';
export { scalarsOf } from './json-scalars.js';
export { nestingDepth } from './json-scanner.js';
export { readBatch, readSingle } from './read-body.js';
export { type EventLimits, type ReadEvent } from './read-event.js';
export { REDACTED, type RedactedJson, redactJson } from './redact-json.js';
export {
  type DueEvent,
  type DueLook,
  FIRST_TURN,
  ScheduledEventStore,
} from './scheduled-event.store.js';
export { CANCEL_SCHEDULED, CANCEL_SCHEDULED_OF_TENANT, DUE_EVENTS } from './scheduled-statements.js';
