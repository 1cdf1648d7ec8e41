import { useCallback } from 'react';
import { useSearchParams } from 'wouter';

/** What a page is asked for, kept in its address, so that it can be shared and gone back to. */
export function useUrlState<K extends string>(
  names: readonly K[],
): [Record<K, string>, (change: Partial<Record<K, string | null>>) => void] {
  const [params, setParams] = useSearchParams();
  const values = Object.fromEntries(names.map((name) => [name, params.get(name) ?? ''])) as Record<K, string>;
  const change = useCallback(
    (changes: Partial<Record<K, string | null>>) =>
      setParams(
        (previous) => {
          const next = new URLSearchParams(previous);
          for (const [name, value] of Object.entries<string | null | undefined>(changes)) {
            if (value) next.set(name, value);
            else next.delete(name);
          }
          return next;
        },
        { replace: true },
      ),
    [setParams],
  );
  return [values, change];
}
