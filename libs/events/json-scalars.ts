import { JsonScanner } from './json-scanner.js';

/** All texts and numbers in a JSON text, however deep: texts with their escapes resolved, numbers as they are written. */
export function scalarsOf(json: string): string[] {
  const found: string[] = [];
  collect(new JsonScanner(json), found);
  return found;
}

function collect(scanner: JsonScanner, found: string[]): void {
  if (scanner.isAtObject()) {
    scanner.enter();
    while (scanner.hasMore()) {
      scanner.readKey();
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
