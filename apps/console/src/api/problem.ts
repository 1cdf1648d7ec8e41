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

/** The parts of a pointer: `/rateLimit/limit` and `?tenant` as `['rateLimit', 'limit']` and `['tenant']`. */
export function partsOf(pointer: string): string[] {
  return pointer
    .replace(/^[/?]/, '')
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/**
 * Messages by field, and what none of them takes. A field is named by its path in the form (`rateLimit.limit`), and a
 * message goes to the deepest one on its way; what lies below that stands before the message.
 */
export function splitByField(
  { detail, errors }: Problem,
  hasField: (path: string) => boolean,
  rename: (parts: readonly string[]) => readonly string[] = (parts) => parts,
): { atFields: Record<string, string>; others: string[] } {
  const atFields: Record<string, string> = {};
  const others: string[] = [];
  for (const { pointer, message } of errors ?? []) {
    const parts = rename(partsOf(pointer));
    const depth = deepest(parts, hasField);
    const words = [parts.slice(depth).join('/'), message].filter(Boolean).join(' ');
    const field = parts.slice(0, depth).join('.');
    if (depth === 0) others.push(words === message ? `This ${message}` : words);
    else atFields[field] = field in atFields ? `${atFields[field]}; ${words}` : words;
  }
  if ((errors ?? []).length === 0) others.push(detail);
  return { atFields, others };
}

function deepest(parts: readonly string[], hasField: (path: string) => boolean): number {
  for (let depth = parts.length; depth > 0; depth--) if (hasField(parts.slice(0, depth).join('.'))) return depth;
  return 0;
}
