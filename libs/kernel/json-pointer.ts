/** JSON Pointers, which name a place in a JSON document (RFC 6901): `/card/number`, `/items/0`; the empty one names all of it. */

/** The names that lead to the place, from the outside in; null when the text is no pointer. */
export function readPointer(pointer: string): string[] | null {
  if (pointer === '') return [];
  if (!pointer.startsWith('/') || /~(?![01])/.test(pointer)) return null;
  return pointer
    .slice(1)
    .split('/')
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** A name as it stands in a pointer. */
export function toPointerToken(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}
