/** What the API answers when it refuses (RFC 9457). */
export interface Problem {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly requestId?: string;
  readonly errors?: readonly FieldProblem[];
}

/** `pointer` is a JSON pointer into the body (`/rateLimit/limit`), or `?name` for a query parameter. */
export interface FieldProblem {
  readonly pointer: string;
  readonly code: string;
  readonly message: string;
}

/** The API has answered, with a refusal. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';

  constructor(readonly problem: Problem) {
    super(problem.detail || problem.title);
  }

  get status(): number {
    return this.problem.status;
  }

  get code(): string {
    return this.problem.code;
  }
}

/** The API has not answered: it is away, or the network is. What was typed stays where it is, and may be sent again. */
export class ApiAway extends Error {
  override readonly name = 'ApiAway';

  constructor() {
    super('The API cannot be reached.');
  }
}

/** The names that a pointer goes through: `/rateLimit/limit`, or `?name`. */
export function partsOf(pointer: string): string[] {
  const path = pointer.replace(/^[/?]/, '');
  return path === '' ? [] : path.split('/').map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/**
 * Messages by field, for a form that has these fields, and what none of them takes. A field takes what is below it too,
 * unless another stands deeper: `rateLimit` has `/rateLimit/limit` where there is no `rateLimit/limit`.
 */
export function splitByField(
  { detail, errors }: Problem,
  fields: readonly string[],
): { atFields: Record<string, string>; others: string[] } {
  const atFields: Record<string, string> = {};
  const others: string[] = [];
  for (const { pointer, message } of errors ?? []) {
    const parts = partsOf(pointer);
    const field = deepestOf(parts, fields);
    const below = parts.slice(field === null ? 1 : field.split('/').length).map((part) => `/${part}`);
    const words = `${below.join('')} ${message}`.trim();
    if (field === null) others.push(`${parts[0] ?? 'This'} ${words}`);
    else atFields[field] = field in atFields ? `${atFields[field]}; ${words}` : words;
  }
  if ((errors ?? []).length === 0) others.push(detail);
  return { atFields, others };
}

function deepestOf(parts: readonly string[], fields: readonly string[]): string | null {
  for (let depth = parts.length; depth > 0; depth--) {
    const field = parts.slice(0, depth).join('/');
    if (fields.includes(field)) return field;
  }
  return null;
}
