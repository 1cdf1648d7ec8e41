export { formatPayload, type PayloadEvent, type PayloadFormat } from './payload.js';
export { type RequestFacts, requestHeaders } from './request-headers.js';
export { decodeSecret, SECRET_PREFIX, signStandard } from './standard-webhooks.js';
