import { JsonScanner } from './json-scanner.js';

/** Names that programs give their fields; any other name of a member may be a value: an address, a number. */
const WORD = /^[\p{L}_$][\p{L}_$-]*\d?$/u;

/**
 * All texts and numbers in a JSON text, however deep, and the names of members that are no words: with their escapes
 * resolved, numbers as they are written.
 */
export function scalarsOf(json: string): string[] {
  const found: string[] = [];
  collect(new JsonScanner(json), found);
  return found;
}

function collect(scanner: JsonScanner, found: string[]): void {
  if (scanner.isAtObject()) {
    scanner.enter();
    while (scanner.hasMore()) {
      const name = scanner.readKey();
      if (!WORD.test(name)) found.push(name);
      collect(scanner, found);
    }
  } else if (scanner.isAtArray()) {
    scanner.enter();
    while (scanner.hasMore()) collect(scanner, found);
  } else {
    const start = scanner.at;
    scanner.skipValue();
    const text = scanner.text.slice(start, scanner.at);
    if (text.startsWith('"')) found.push(JSON.parse(text) as string);
    else if (/^[-\d]/.test(text)) found.push(text);
  }
}
