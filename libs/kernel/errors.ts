/** One thing that is wrong with an input, and where: `pointer` is a JSON Pointer (RFC 6901) into the body. */
export interface FieldError {
  pointer: string;
  code: string;
  message: string;
}

/**
 * A refusal that the caller can understand and cure. `code` is stable and documented in docs/errors.md; which HTTP
 * status it becomes is the API's business. The message is one sentence that names the thing and the reason.
 */
export class PosthornError extends Error {
  override readonly name = 'PosthornError';

  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly facts: {
      errors?: readonly FieldError[];
      retryAfterSeconds?: number;
      perSecond?: number;
      allow?: readonly string[];
    } = {},
  ) {
    super(message);
  }
}

/** Every refusal there is, with the HTTP status it becomes and what to do about it; docs/errors.md is made from this. */
export const ERROR_CODES = {
  bad_request: [400, 'The request line or a header is broken.', 'The detail says what; correct the client.'],
  malformed_json: [400, 'The body is not JSON.', 'Send valid JSON in UTF-8; the detail says where it breaks.'],
  invalid_utf8: [400, 'The body is not valid UTF-8.', 'Encode the body as UTF-8.'],
  duplicate_key: [400, 'A key of the event stands twice.', 'Send each key once; which one counts would be a guess.'],
  too_deep: [400, 'The JSON is nested deeper than allowed.', 'Flatten the payload to at most 100 levels.'],
  invalid_cursor: [
    400,
    'The cursor is not one of ours, or belongs to other filters.',
    'Start the list again without it.',
  ],
  unauthenticated: [
    401,
    'No API key, or one that is unknown, revoked or expired.',
    'Send `Authorization: Bearer <api key>`.',
  ],
  forbidden: [403, "The key's role or scope does not allow this.", 'Use a key with the role the operation needs.'],
  cross_site: [
    403,
    'A browser made this request for a page that is not ours.',
    'Send `Posthorn-Console: 1` from a page of this origin, or use an API key instead of a cookie.',
  ],
  not_found: [404, 'There is no such object, or it belongs to another tenant.', 'Check the id and the key.'],
  route_not_found: [404, 'There is no such route.', 'See /docs for the routes.'],
  method_not_allowed: [405, 'The route exists, but not with this method.', 'See the `Allow` header.'],
  conflict: [409, 'The object is in a state that does not allow this.', 'The detail says which state and why.'],
  endpoint_unverified: [
    409,
    'The tenant wants proof that the endpoint is to get its traffic, and there is none of its URL.',
    'Have it proven with `POST …/endpoints/{endpoint}/verify`.',
  ],
  uid_taken: [409, 'Another living object has this uid.', 'Use another uid, or the object that has it.'],
  uid_conflict: [409, 'An event with this uid was published with other content.', 'Use a new uid for a new event.'],
  idempotency_conflict: [409, 'The Idempotency-Key was used with another body.', 'Use a new key for a new request.'],
  idempotency_in_progress: [
    409,
    'The first request with this Idempotency-Key is still running.',
    'Try again in a moment.',
  ],
  not_replayable: [
    409,
    'The delivery cannot be replayed now.',
    'The detail says why: still open, or endpoint disabled.',
  ],
  event_expired: [409, 'The event is expired or its payload was erased.', 'Publish it again.'],
  already_resolved: [409, 'The dead letter was replayed or discarded before.', 'Nothing to do.'],
  link_expired: [410, 'The link was made to be read for a while, and that is over.', 'Ask for a new one.'],
  version_conflict: [412, 'The object has changed since you read it.', 'Read it again and repeat the change.'],
  too_large: [413, 'The body is larger than allowed.', 'Split the batch, or send a reference instead of the content.'],
  unsupported_media_type: [415, 'The body is not JSON.', 'Send `Content-Type: application/json`.'],
  validation_failed: [
    422,
    'A field is missing, unknown or has a wrong value.',
    'See `errors` for each field and reason.',
  ],
  not_supported_yet: [422, 'This is part of the contract, but not built yet.', 'Leave the field out.'],
  unknown_tenant: [422, 'The tenant named in the body does not exist.', 'Create it first, or correct the id.'],
  unknown_endpoint: [422, 'The endpoint named in the body does not exist.', 'Create it first, or correct the id.'],
  url_refused: [422, 'The endpoint URL may not be delivered to.', 'The message says why; use a public https URL.'],
  limit_exceeded: [
    422,
    'A configured limit of this tenant is reached.',
    'Remove something, or ask for a higher limit.',
  ],
  rate_limited: [429, 'Too many requests.', 'Wait for `Retry-After` seconds.'],
  overloaded: [
    503,
    'The platform cannot take this now.',
    'Try again after `Retry-After` seconds with the same uid or Idempotency-Key.',
  ],
  internal_error: [500, 'A bug or a lost dependency.', 'Try again; if it stays, report the requestId.'],
} as const satisfies Record<string, readonly [status: number, meaning: string, cure: string]>;

export type ErrorCode = keyof typeof ERROR_CODES;
