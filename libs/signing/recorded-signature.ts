import { STANDARD_HEADER } from './scheme.js';

/**
 * The signature headers of an attempt as one text, as they are kept: the value alone where there is only
 * `webhook-signature`, as there is nearly always; otherwise all of them as a JSON array of names and values.
 */
export function writeSignature(headers: readonly string[]): string {
  return headers.length === 2 && headers[0] === STANDARD_HEADER ? headers[1]! : JSON.stringify(headers);
}

/** The inverse of {@link writeSignature}: flat name, value pairs. */
export function readSignature(text: string): readonly string[] {
  return text.startsWith('[') ? (JSON.parse(text) as string[]) : [STANDARD_HEADER, text];
}
