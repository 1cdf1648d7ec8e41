export { Canceller, DEFAULT_CANCEL_REASON } from './canceller.js';
export { EndpointDeliveryEffects, TenantDeliveryEffects } from './delivery-effects.js';
export { Discarder, type DiscardSelection } from './discarder.js';
export type { Replay } from './replay-statement.js';
export { Replayer, type ReplayScope } from './replayer.js';
