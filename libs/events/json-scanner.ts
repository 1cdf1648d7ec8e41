const QUOTE = 34;
const COMMA = 44;
const BACKSLASH = 92;
const OPEN_BRACKET = 91;
const CLOSE_BRACKET = 93;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;

/**
 * Finds where things stand in a JSON text, in one pass. `JSON.parse` tells whether a text is JSON and what is in it;
 * this tells where, so that a payload can be kept as the very characters that were sent. Positions are UTF-16 offsets.
 * It wants text that `JSON.parse` has accepted, and to be asked for what is there.
 */
export class JsonScanner {
  /** How deeply arrays and objects were nested in what has been skipped since this was last set to 0. */
  deepest = 0;

  constructor(
    readonly text: string,
    /** Where the next value begins, or the space before it. */
    public at = 0,
  ) {}

  /** Goes into the object or array that is next. */
  enter(): void {
    this.skipSpace();
    this.at += 1;
  }

  /** Whether the value that is next is an object. */
  isAtObject(): boolean {
    this.skipSpace();
    return this.text.charCodeAt(this.at) === OPEN_BRACE;
  }

  /** Whether the value that is next is an array. */
  isAtArray(): boolean {
    this.skipSpace();
    return this.text.charCodeAt(this.at) === OPEN_BRACKET;
  }

  /** Whether another member or element follows in what was entered; goes out of it if not. */
  hasMore(): boolean {
    this.skipSpace();
    let char = this.text.charCodeAt(this.at);
    if (char === COMMA) {
      this.at += 1;
      this.skipSpace();
      char = this.text.charCodeAt(this.at);
    }
    if (char !== CLOSE_BRACE && char !== CLOSE_BRACKET) return true;
    this.at += 1;
    return false;
  }

  /** Reads the key of the member that is next, with its escapes resolved, up to where the value begins. */
  readKey(): string {
    const end = stringEnd(this.text, this.at);
    const raw = this.text.slice(this.at + 1, end - 1);
    this.at = end;
    this.skipSpace();
    this.at += 1;
    this.skipSpace();
    return raw.includes('\\') ? (JSON.parse(`"${raw}"`) as string) : raw;
  }

  /** Goes past the value that is next, and notes how deep it is: 0 for a scalar. */
  skipValue(): void {
    this.skipSpace();
    const first = this.text.charCodeAt(this.at);
    if (first === QUOTE) this.at = stringEnd(this.text, this.at);
    else if (first === OPEN_BRACE || first === OPEN_BRACKET) this.skipContainer();
    else this.skipScalar();
  }

  private skipContainer(): void {
    const { text } = this;
    let at = this.at + 1;
    let depth = 1;
    let deepest = 1;
    while (depth > 0) {
      const char = text.charCodeAt(at);
      if (char === QUOTE) {
        at = stringEnd(text, at);
        continue;
      }
      if (char === OPEN_BRACE || char === OPEN_BRACKET) {
        depth += 1;
        if (depth > deepest) deepest = depth;
      } else if (char === CLOSE_BRACE || char === CLOSE_BRACKET) {
        depth -= 1;
      }
      at += 1;
    }
    this.at = at;
    if (deepest > this.deepest) this.deepest = deepest;
  }

  private skipScalar(): void {
    const { text } = this;
    let at = this.at + 1;
    while (at < text.length && !endsScalar(text.charCodeAt(at))) at += 1;
    this.at = at;
  }

  private skipSpace(): void {
    while (isSpace(this.text.charCodeAt(this.at))) this.at += 1;
  }
}

/** How deeply arrays and objects are nested in the value that a text holds; 0 for a scalar. */
export function nestingDepth(text: string): number {
  const scanner = new JsonScanner(text);
  scanner.skipValue();
  return scanner.deepest;
}

/** Just after the closing quote of the string that begins at `start`. */
function stringEnd(text: string, start: number): number {
  let at = text.indexOf('"', start + 1);
  while (text.charCodeAt(at - 1) === BACKSLASH && isEscaped(text, at)) at = text.indexOf('"', at + 1);
  return at + 1;
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0;
  while (text.charCodeAt(at - 1 - backslashes) === BACKSLASH) backslashes += 1;
  return backslashes % 2 === 1;
}

function endsScalar(char: number): boolean {
  return char === COMMA || char === CLOSE_BRACE || char === CLOSE_BRACKET || isSpace(char);
}

function isSpace(char: number): boolean {
  return char === 32 || char === 10 || char === 13 || char === 9;
}
