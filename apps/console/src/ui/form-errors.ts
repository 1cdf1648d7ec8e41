import type { UseFormReturnType } from '@mantine/form';
import { ApiProblem, splitByField } from '../api/problem.js';

/** What Mantine makes of a number's field: empty, or text that is not a number yet. */
export type NumberField = string | number;

/** For 412: a form holds on to what its object was when it was opened, so that nothing newer is undone unseen. */
const CHANGED_MEANWHILE =
  'Somebody else has changed this since you opened it, and nothing was saved. What you typed still stands here: copy what ' +
  'you need, close this, and open it again to change what it is now.';

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
  if (error.status === 412) return CHANGED_MEANWHILE;
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

/** What is typed as a number; undefined for nothing. Throws {@link FieldMistake}: JSON has null for what is none. */
export function readNumber(field: string, value: NumberField): number | undefined {
  if (value === '') return undefined;
  const number = Number(value);
  if (!Number.isFinite(number)) throw new FieldMistake(field, 'is not a number');
  return number;
}

/** A value as it stands in a field for JSON; nothing where there is none. */
export function toJsonText(value: unknown): string {
  return value === null || value === undefined ? '' : JSON.stringify(value, null, 2);
}

/** As {@link toJsonText}, of what is an empty object where there is none. */
export function toMetadataText(metadata: unknown): string {
  return isEmptyObject(metadata) ? '' : toJsonText(metadata);
}

function isEmptyObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length === 0;
}
