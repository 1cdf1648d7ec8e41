/**
 * An error in one line for a person who starts a process. Node's error for a host that resolves to several addresses
 * has an empty message of its own and the reasons inside.
 */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  if (!(error instanceof Error)) return String(error);
  return error.message || (error as NodeJS.ErrnoException).code || error.name;
}
