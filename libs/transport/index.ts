export { AddressPolicy, type AddressPolicyOptions, type UrlRefusal, type UrlRefusalCode } from './address-policy.js';
export { type MaterialRefusal, refuseMaterial } from './certificate-checks.js';
export { BlockedAddressError } from './dial-error.js';
export type { LookupAll, LookupCallback } from './name-lookup.js';
export { parseProxy } from './proxy-tunnel.js';
export { Sender, type SenderOptions } from './sender.js';
export type { AttemptErrorCode, OutboundRequest, SendResult, SendTimings } from './send-result.js';
export { parseTarget, type SendTarget } from './target.js';
export { TlsIdentity, type TlsMaterial } from './tls-identity.js';
