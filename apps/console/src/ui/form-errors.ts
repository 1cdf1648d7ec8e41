import type { UseFormReturnType } from '@mantine/form';
import { ApiProblem, splitByField } from '../api/problem.js';

/**
 * Puts what the API says against a form at the fields that it is about. Answers what no field takes, to be said above
 * the form; null when the fields say it all.
 */
export function showProblem<V extends Record<string, unknown>>(
  form: Pick<UseFormReturnType<V>, 'setErrors' | 'getValues'>,
  error: Error,
  /** Fields of the form by the name that the API has for them, where that differs: `settings/maxEndpoints`. */
  names: Readonly<Record<string, string>> = {},
): string | null {
  if (!(error instanceof ApiProblem)) return error.message;
  const fields = [...Object.keys(form.getValues()), ...Object.keys(names)];
  const { atFields, others } = splitByField(error.problem, fields);
  form.setErrors(Object.fromEntries(Object.entries(atFields).map(([name, words]) => [names[name] ?? name, words])));
  return others.length === 0 ? null : others.join(' ');
}
