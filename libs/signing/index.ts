export {
  CHECK_CODES,
  type CheckCode,
  type CheckedKey,
  checkSignatures,
  type CheckedSecret,
  type SchemeCheck,
  type SignatureCheckInput,
} from './check-signatures.js';
export {
  formatEd25519Secret,
  formatPublicKey,
  PRIVATE_PREFIX,
  PUBLIC_PREFIX,
  readEd25519Secret,
  readPublicKey,
  SEED_BYTES,
} from './ed25519.js';
export { formatPayload, type PayloadEvent, type StandardBody } from './payload.js';
export { formatBody, PAYLOAD_FORMATS, type PayloadFormat } from './payload-formats.js';
export { readSignature, writeSignature } from './recorded-signature.js';
export { type RequestFacts, requestHeaders } from './request-headers.js';
export {
  DEFAULT_SIGNING,
  headersOf,
  HMAC_ALGORITHMS,
  HMAC_ENCODINGS,
  type HmacAlgorithm,
  type HmacEncoding,
  type HmacScheme,
  type SchemeName,
  SCHEMES,
  type SigningScheme,
} from './scheme.js';
export { type RequestToSign } from './signature-writers.js';
export { compileSigner, type Signer } from './signer.js';
export {
  type DatedKey,
  type KeyKind,
  kindOf,
  SECRET_ENCODINGS,
  type SecretEncoding,
  type SigningKey,
  toSigningKey,
} from './signing-key.js';
export { SECRET_PREFIX } from './standard-webhooks.js';
export { parseTemplate } from './template.js';
