import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import type { PagedList } from '../api/page.js';
import { DataTable, type DataColumn, type Selection } from './data-table.js';
import { ErrorNote, Loading } from './states.js';
import classes from './list.module.css';

interface ListProps<T> {
  readonly label: string;
  readonly list: PagedList<T>;
  readonly columns: readonly DataColumn<T>[];
  readonly idOf: (row: T) => string;
  readonly linkOf?: (row: T) => string;
  readonly selection?: Selection;
  /** What is said when there is nothing. */
  readonly nothing: ReactNode;
}

/** A list by cursor with its four faces: loading, refused, empty, full. */
export function List<T extends object>({ list, nothing, ...table }: ListProps<T>) {
  if (list.isLoading) return <Loading />;
  if (list.error !== null && list.rows.length === 0)
    return <ErrorNote error={list.error} retry={() => list.reload()} />;
  if (list.rows.length === 0 && !list.hasMore) return <>{nothing}</>;
  return (
    <>
      <DataTable rows={list.rows} {...table} />
      <footer className={classes.footer}>
        <span>
          {list.rows.length} shown{list.hasMore ? '' : ', which is all'}
        </span>
        {list.hasMore && (
          <Button variant="default" size="xs" loading={list.isLoadingMore} onClick={() => list.loadMore()}>
            Load more
          </Button>
        )}
      </footer>
    </>
  );
}
