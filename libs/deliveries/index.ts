export { CircuitBacklogStore } from './circuit-backlog-store.js';
export { type DeadLetterFilters, DeadLetterStore } from './dead-letter.store.js';
export {
  type DeliveryChange,
  type DeliveryNews,
  NEWS_CHANNEL,
  NewsDesk,
  readNews,
  WATCH_CHANNEL,
  WATCH_EVERY_MS,
} from './delivery-news.js';
export { DUE_CHANNEL } from './due-channel.js';
export {
  type Dispatch,
  type EventContent,
  INLINE_BODY_CHARACTERS,
  toWireEvent,
  type WireEvent,
} from './dispatch.js';
export { type DispatchJob, type FreshDispatch, JOB_DISPATCHES, packJobs, unpackJob } from './dispatch-job.js';
export {
  type Claim,
  type Claimed,
  type ClaimRequest,
  type Deferral,
  type Held,
  LEASE_MS,
  type Lease,
  OpenDeliveryStore,
  type Turn,
} from './open-delivery.store.js';
export { DUE_IN_ITS_TURN, type Ended, type Line, linesOf } from './line.js';
export { LineAdvancer } from './line-advancer.js';
export { PumpWaker } from './pump-waker.js';
export { type AttemptRecord, type NextStep, recordAttempts } from './recording.js';
export { HeldRelease } from './held-release.js';
export { measureBacklog } from './measure-backlog.js';
export { OpenCancellationStore } from './open-cancellation.store.js';
export { PayloadEraser } from './payload-eraser.js';
export type { Progress } from './progress.js';
export { type ExpiringDeadLetters, RetentionStore } from './retention.store.js';
