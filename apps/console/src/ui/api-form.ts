import { useForm, type UseFormReturnType } from '@mantine/form';
import { useState } from 'react';
import type { CallOptions } from '../api/client.js';
import { OnceSender } from '../api/idempotency.js';
import { useAction } from './action.js';
import { type Rename, showProblem } from './form-errors.js';

/** Options of a POST that is done once, however often it is sent. */
export type Once = Required<Pick<CallOptions, 'idempotencyKey'>>;

interface ApiFormOptions<V, T> {
  readonly initialValues: V;
  /**
   * Asks the API, a POST with `once`: what is sent again because no answer came is not done twice. Throws `FieldMistake`
   * where the form itself sees that something cannot be meant.
   */
  readonly send: (values: V, once: Once) => Promise<T>;
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
  const [sender] = useState(() => new OnceSender());
  const form = useForm<V>({ initialValues });
  const sendOnce = async (): Promise<T> => {
    const values = form.getValues();
    return sender.send(values, (idempotencyKey) => send(values, { idempotencyKey }));
  };
  const action = useAction(sendOnce, {
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
