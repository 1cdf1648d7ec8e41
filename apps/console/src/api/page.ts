import { type InfiniteData, useInfiniteQuery } from '@tanstack/react-query';
import { api, type Query } from './client.js';

/** A list as the API answers it. */
export interface Page<T> {
  readonly data: readonly T[];
  readonly nextCursor: string | null;
}

export const PAGE_SIZE = 50;

export interface PagedList<T> {
  readonly rows: readonly T[];
  readonly isLoading: boolean;
  readonly error: Error | null;
  readonly hasMore: boolean;
  readonly isLoadingMore: boolean;
  loadMore(): void;
  reload(): void;
}

/** A list by cursor, page after page. `refetchMs` looks again by itself. */
export function usePagedList<T>(
  key: readonly unknown[],
  path: string,
  query: Query = {},
  { enabled = true }: { enabled?: boolean } = {},
): PagedList<T> {
  const list = useInfiniteQuery<Page<T>, Error, InfiniteData<Page<T>>, readonly unknown[], string | null>({
    queryKey: [...key, path, query],
    queryFn: ({ pageParam, signal }) =>
      api.get<Page<T>>(path, { query: { limit: PAGE_SIZE, ...query, cursor: pageParam }, signal }),
    initialPageParam: null,
    getNextPageParam: ({ nextCursor }) => nextCursor,
    enabled,
  });
  return {
    rows: list.data?.pages.flatMap(({ data }) => data) ?? [],
    isLoading: list.isPending && enabled,
    error: list.error,
    hasMore: list.hasNextPage,
    isLoadingMore: list.isFetchingNextPage,
    loadMore: () => void list.fetchNextPage(),
    reload: () => void list.refetch(),
  };
}
