import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { ApiProblem } from '../api/problem.js';

interface ActionOptions<T> {
  /** Said when it is done. */
  readonly done?: string | ((result: T) => string);
  readonly after?: (result: T) => void;
  /** A refusal is shown elsewhere by whoever asks; otherwise it is told at the edge of the screen. */
  readonly isErrorShown?: boolean;
  readonly failed?: (error: Error) => void;
}

export interface Action<V> {
  go(value: V): void;
  readonly isBusy: boolean;
  readonly error: Error | null;
  reset(): void;
}

/**
 * Something that is done at a press: tells how it went, and everything on the screen is asked for again; so it is when
 * somebody else was first.
 */
export function useAction<T, V = void>(run: (value: V) => Promise<T>, options: ActionOptions<T> = {}): Action<V> {
  const queryClient = useQueryClient();
  const { mutate, isPending, error, reset } = useMutation({
    mutationFn: run,
    onSuccess: (result) => {
      const { done } = options;
      if (done !== undefined)
        notifications.show({ message: typeof done === 'string' ? done : done(result), color: 'green' });
      options.after?.(result);
      return queryClient.invalidateQueries();
    },
    onError: (failure: Error) => {
      options.failed?.(failure);
      if (failure instanceof ApiProblem && failure.status === 412) void queryClient.invalidateQueries();
      if (!options.isErrorShown)
        notifications.show({ title: 'This was not done', message: failure.message, color: 'red' });
    },
  });
  return { go: (value) => mutate(value), isBusy: isPending, error, reset };
}
