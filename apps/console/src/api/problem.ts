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

/** The first part of a pointer, which is the field of a form: `/rateLimit/limit` is about `rateLimit`. */
export function fieldOf(pointer: string): string {
  return (pointer.replace(/^[/?]/, '').split('/')[0] ?? '').replaceAll('~1', '/').replaceAll('~0', '~');
}

/** Messages by field, for a form that has these fields, and what none of them takes. */
export function splitByField(
  { detail, errors }: Problem,
  fields: readonly string[],
): { atFields: Record<string, string>; others: string[] } {
  const atFields: Record<string, string> = {};
  const others: string[] = [];
  for (const { pointer, message } of errors ?? []) {
    const field = fieldOf(pointer);
    const words = `${pointer.slice(1 + field.length)} ${message}`.trim();
    if (fields.includes(field)) atFields[field] = field in atFields ? `${atFields[field]}; ${words}` : words;
    else others.push(`${field || 'This'} ${words}`);
  }
  if ((errors ?? []).length === 0) others.push(detail);
  return { atFields, others };
}
