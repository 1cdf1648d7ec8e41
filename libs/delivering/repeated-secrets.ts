import { HEADER_MASK } from '#policy';
import type { SendResult } from '#transport';

/**
 * The result with a mask in the place of secrets that the receiver has repeated, as one that shows what it got does: what is
 * on record is read by people who may not know them.
 */
export function maskRepeated(result: SendResult, secrets: readonly string[]): SendResult {
  if (secrets.length === 0) return result;
  const { error, responseHeaders, responseBody } = result;
  return {
    ...result,
    error: masked(error, secrets),
    responseHeaders: masked(responseHeaders, secrets),
    responseBody: masked(responseBody, secrets),
  };
}

function masked(text: string | null, secrets: readonly string[]): string | null {
  if (text === null || text === '') return text;
  let rest = text;
  for (const secret of secrets) if (rest.includes(secret)) rest = rest.replaceAll(secret, HEADER_MASK);
  return rest;
}
