export { Canceller, DEFAULT_CANCEL_REASON } from './canceller.js';
export { EndpointDeliveryEffects, TenantDeliveryEffects } from './delivery-effects.js';
export { Discarder, type DiscardSelection } from './discarder.js';
export { Replayer } from './replayer.js';
