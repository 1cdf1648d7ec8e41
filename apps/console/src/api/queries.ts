import { QueryClient } from '@tanstack/react-query';
import { connection } from './connection.js';
import { ApiProblem } from './problem.js';

const STALE_AFTER_MS = 5_000;
const MOST_RETRIES = 2;

/** What the API has told, and when it is asked again. A refusal is final; whoever was away is asked again by itself. */
export function makeQueryClient(): QueryClient {
  const client = new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: STALE_AFTER_MS,
        retry: (failures, error) => !(error instanceof ApiProblem) && failures < MOST_RETRIES,
        networkMode: 'always',
      },
      mutations: { retry: false, networkMode: 'always' },
    },
  });
  connection.subscribe(() => {
    if (connection.value === 'there') void client.invalidateQueries();
  });
  return client;
}
