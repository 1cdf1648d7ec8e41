import { useForm, type UseFormReturnType } from '@mantine/form';
import { useState } from 'react';
import { useAction } from './action.js';
import { type Rename, showProblem } from './form-errors.js';

interface ApiFormOptions<V, T> {
  readonly initialValues: V;
  /** Asks the API; throws `FieldMistake` where the form itself sees that something cannot be meant. */
  readonly send: (values: V) => Promise<T>;
  readonly done?: string;
  readonly after: (result: T) => void;
  readonly rename?: Rename<V>;
}

export interface ApiForm<V> {
  readonly form: UseFormReturnType<V>;
  /** For the dialog or the section around it: what no field says, and sending. */
  readonly sending: { readonly isBusy: boolean; readonly complaint: string | null; readonly submit: () => void };
}

/** A form that keeps what was typed until the API has taken it, and shows at each field what the API says against it. */
export function useApiForm<V extends Record<string, unknown>, T>(options: ApiFormOptions<V, T>): ApiForm<V> {
  const { initialValues, send, done, after, rename } = options;
  const [complaint, setComplaint] = useState<string | null>(null);
  const form = useForm<V>({ initialValues });
  const action = useAction(async () => send(form.getValues()), {
    ...(done === undefined ? {} : { done }),
    isErrorShown: true,
    failed: (error) => setComplaint(showProblem(form, error, rename)),
    after,
  });
  const submit = (): void => {
    setComplaint(null);
    form.clearErrors();
    action.go();
  };
  return { form, sending: { isBusy: action.isBusy, complaint, submit } };
}
