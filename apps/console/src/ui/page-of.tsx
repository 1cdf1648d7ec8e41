import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { type Crumb, Page } from './page.js';
import { ErrorNote, Loading } from './states.js';

interface PageOfProps<T> {
  readonly query: UseQueryResult<T>;
  /** What the page is called as long as there is nothing to call it by. */
  readonly title: string;
  readonly crumbs: readonly Crumb[];
  readonly children: (value: T) => ReactNode;
}

/** The page of one thing: until it is there that it comes, or why it does not. Afterwards what was there last stays. */
export function PageOf<T>({ query: { data, error, refetch }, title, crumbs, children }: PageOfProps<T>) {
  if (data !== undefined) return <>{children(data)}</>;
  if (error === null) return <Loading rows={12} />;
  return (
    <Page title={title} crumbs={crumbs}>
      <ErrorNote error={error} retry={() => void refetch()} />
    </Page>
  );
}
