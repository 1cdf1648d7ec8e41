import { readPointer } from '#kernel';
import { JsonScanner } from './json-scanner.js';

/** What stands in the place of what is not shown. */
export const REDACTED = '[redacted]';

export interface RedactedJson {
  /** The text with {@link REDACTED} in the places that were named, and everywhere else the very characters it was. */
  readonly text: string;
  /** The JSON texts that stood there. */
  readonly hidden: readonly string[];
}

/**
 * Puts {@link REDACTED} where JSON Pointers lead to (RFC 6901); those that lead nowhere in this text say nothing. `text` is
 * JSON, and stays the text it is but for those places: key order, `1.0` and large integers survive. Of a key that stands
 * twice in an object both are meant, for nobody knows which one a reader takes.
 */
export function redactJson(text: string, pointers: readonly string[]): RedactedJson {
  const paths = pointers.map(readPointer).filter((path) => path !== null);
  return paths.length === 0 ? { text, hidden: [] } : new Redactor(text).redact(toPlaces(paths));
}

/** Places within a value, by the names that lead to them; null: the value itself. */
type Places = ReadonlyMap<string, Places> | null;

function toPlaces(paths: readonly (readonly string[])[]): Places {
  if (paths.some((path) => path.length === 0)) return null;
  const names = new Set(paths.map(([name]) => name!));
  const below = (name: string): Places =>
    toPlaces(paths.filter((path) => path[0] === name).map((path) => path.slice(1)));
  return new Map([...names].map((name) => [name, below(name)]));
}

class Redactor {
  private readonly scanner: JsonScanner;
  private readonly parts: string[] = [];
  private readonly hidden: string[] = [];
  /** Up to here the text is in `parts`. */
  private doneTo = 0;

  constructor(private readonly text: string) {
    this.scanner = new JsonScanner(text);
  }

  redact(places: Places): RedactedJson {
    this.visit(places);
    this.parts.push(this.text.slice(this.doneTo));
    return { text: this.parts.join(''), hidden: this.hidden };
  }

  /** Goes past the value that is next. */
  private visit(places: Places): void {
    const { scanner } = this;
    if (places === null) this.hide();
    else if (scanner.isAtObject()) this.visitMembers(places);
    else if (scanner.isAtArray()) this.visitElements(places);
    else scanner.skipValue();
  }

  private visitMembers(places: NonNullable<Places>): void {
    const { scanner } = this;
    scanner.enter();
    while (scanner.hasMore()) this.visitIfMeant(places.get(scanner.readKey()));
  }

  /** Elements are named by their index, without leading zeros (RFC 6901, section 4). */
  private visitElements(places: NonNullable<Places>): void {
    const { scanner } = this;
    scanner.enter();
    for (let index = 0; scanner.hasMore(); index += 1) this.visitIfMeant(places.get(String(index)));
  }

  private visitIfMeant(places: Places | undefined): void {
    if (places === undefined) this.scanner.skipValue();
    else this.visit(places);
  }

  private hide(): void {
    const { scanner, text } = this;
    const start = scanner.at;
    scanner.skipValue();
    this.parts.push(text.slice(this.doneTo, start), `"${REDACTED}"`);
    this.hidden.push(text.slice(start, scanner.at));
    this.doneTo = scanner.at;
  }
}
