export {
  type AskedBulkReplay,
  BulkReplayer,
  DEFAULT_REPLAY_RATE,
  type ReplayCount,
} from './bulk-replayer.js';
export { Canceller, DEFAULT_CANCEL_REASON } from './canceller.js';
export { EndpointDeliveryEffects, TenantDeliveryEffects } from './delivery-effects.js';
export { Discarder, type DiscardSelection } from './discarder.js';
export { type AskedOriginals, type Original, OriginalFinder } from './original-finder.js';
export { ReplayRunner, type ReplayRunnerLog, type ReplayRunnerOptions } from './replay-runner.js';
export {
  ENDED_STATUSES,
  type EndedStatus,
  type NamedOriginals,
  type ReplaySelection,
  type Select,
  SELECTS,
} from './replay-selection.js';
export type { Replay } from './replay-statement.js';
export { type BulkReplay, REPLAY_STATES, type ReplayFilters, type ReplayState, ReplayStore } from './replay.store.js';
export { Replayer, type ReplayScope } from './replayer.js';
export { SKIP_REASONS, type SkipReason } from './skip-reason.js';
