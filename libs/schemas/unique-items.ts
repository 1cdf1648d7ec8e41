/**
 * Whether no two elements are equal as JSON. By a form of each that equal ones share, so in time proportional to their
 * size; comparing each with each, an array of a hundred thousand would take minutes.
 */
export function areAllDifferent(elements: readonly unknown[]): boolean {
  const seen = new Set<string>();
  for (const element of elements) seen.add(canonical(element));
  return seen.size === elements.length;
}

function canonical(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  const members = Object.entries(value).map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`);
  return `{${members.sort().join()}}`;
}
