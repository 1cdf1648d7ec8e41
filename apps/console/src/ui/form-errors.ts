import type { UseFormReturnType } from '@mantine/form';
import { ApiProblem, splitByField } from '../api/problem.js';

/** Thrown where the form itself sees that something cannot be meant; `field` is its path in the form. */
export class FieldMistake extends Error {
  constructor(
    readonly field: string,
    message: string,
  ) {
    super(message);
  }
}

/** From the names that the API has for things to the paths of the form's fields, where they differ. */
export type Rename<V> = (parts: readonly string[], values: V) => readonly string[];

/**
 * Puts what the API says against a form at the fields that it is about. Answers what no field takes, to be said above
 * the form; null when the fields say it all.
 */
export function showProblem<V extends Record<string, unknown>>(
  form: Pick<UseFormReturnType<V>, 'setErrors' | 'getValues'>,
  error: Error,
  rename: Rename<V> = (parts) => parts,
): string | null {
  if (error instanceof FieldMistake) {
    form.setErrors({ [error.field]: error.message });
    return null;
  }
  if (!(error instanceof ApiProblem)) return error.message;
  const values = form.getValues();
  const { atFields, others } = splitByField(
    error.problem,
    (path) => hasPath(values, path),
    (parts) => rename(parts, values),
  );
  form.setErrors(atFields);
  return others.length === 0 ? null : others.join(' ');
}

function hasPath(values: unknown, path: string): boolean {
  let value = values;
  for (const part of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return false;
    value = (value as Record<string, unknown>)[part];
  }
  return true;
}

/** What is typed as JSON; null for nothing. Throws {@link FieldMistake}. */
export function readJson(field: string, text: string): unknown {
  if (text.trim() === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    throw new FieldMistake(field, 'is not JSON');
  }
}

/** A value as it stands in a field for JSON; nothing where there is none. */
export function toJsonText(value: unknown): string {
  return value === null || value === undefined || isEmptyObject(value) ? '' : JSON.stringify(value, null, 2);
}

function isEmptyObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length === 0;
}
