import { randomBytes } from 'node:crypto';
import type { FastifyReply } from './request.js';

/** A JSON text that goes into an answer as it is: what was published must not be parsed and written anew. */
export class RawJson {
  constructor(readonly text: string) {}

  static orNull(text: string | null): RawJson | null {
    return text === null ? null : new RawJson(text);
  }
}

/** A value as JSON, with every {@link RawJson} in it standing as the text it is. */
export function toJsonText(value: unknown): string {
  // Placeholders that no value can hold by chance; JSON.rawJSON would do, but Node 20 does not have it.
  const mark = `raw-${randomBytes(16).toString('hex')}-`;
  const texts: string[] = [];
  const json = JSON.stringify(value, (_, one: unknown) =>
    one instanceof RawJson ? `${mark}${texts.push(one.text) - 1}` : one,
  );
  if (texts.length === 0) return json;
  return json.replace(new RegExp(`"${mark}(\\d+)"`, 'g'), (_, index: string) => texts[Number(index)]!);
}

/** To be returned by a handler whose answer holds {@link RawJson}. */
export function answerRaw(reply: FastifyReply, value: unknown): string {
  void reply.header('content-type', 'application/json; charset=utf-8');
  return toJsonText(value);
}
