import { REDACTED, redactJson } from '#events';
import { readPointer } from '#kernel';
import { HEADER_MASK, type IsHidden } from '#policy';
import { EchoFinder } from './echo-finder.js';

/** In characters: as much as is quoted of a redirect's target. */
const LONG_SENTENCE = 300;

/**
 * One event before a viewer who does not get to see some of it: hides that in the event's own data, and whatever repeats it
 * in texts of others. `paths`: JSON Pointers into the data; none: the viewer sees everything.
 */
export class Redaction {
  /** The data as it is shown; null when it is gone. */
  readonly data: string | null;
  /** Null: nothing is hidden. */
  private readonly echoes: Pick<EchoFinder, 'isIn'> | null;

  constructor(data: string | null, paths: readonly string[]) {
    const { text, hidden } = data === null ? { text: null, hidden: [] } : redactJson(data, paths);
    this.data = text;
    // Of data that is gone nobody can tell what repeats it.
    if (data === null) this.echoes = paths.length === 0 ? null : EVERYTHING;
    else this.echoes = hidden.length === 0 ? null : new EchoFinder(hidden);
  }

  /**
   * A text of somebody who may have seen the event. `isWhole`: nothing was cut off of it, in the middle of a value perhaps.
   */
  text<Text extends string | null>(text: Text, isWhole = true): Text | typeof REDACTED {
    if (this.echoes === null || text === null || text === '') return text;
    return isWhole && !this.echoes.isIn(text) ? text : REDACTED;
  }

  /** The sentence about a failed attempt. A long one quotes the target of a redirect, and may have cut it. */
  error<Text extends string | null>(error: Text): Text | typeof REDACTED {
    return this.text(error, error === null || error.length < LONG_SENTENCE);
  }

  headers(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
    if (this.echoes === null) return headers;
    const isWhole = (value: string): boolean => !value.endsWith('…');
    return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, this.text(value, isWhole(value))]));
  }

  /** Flat name, value pairs. A signature of hidden values tells whoever can check it when they have guessed them. */
  signature(pairs: readonly string[]): readonly string[] {
    if (this.echoes === null) return pairs;
    return pairs.map((part, index) => (index % 2 === 0 ? part : HEADER_MASK));
  }
}

const EVERYTHING = { isIn: (): boolean => true };

/** Whether a path of a filter leads to what JSON Pointers into the data hide, into it, or past it. */
export function isHiddenBy(pointers: readonly string[]): IsHidden {
  const hidden = pointers.map((pointer) => readPointer(pointer) ?? []);
  return ([field, ...path]) =>
    field === 'data' && hidden.some((place) => place.every((name, at) => at >= path.length || name === path[at]));
}
