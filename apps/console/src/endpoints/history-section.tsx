import type { Endpoint } from './endpoint.js';

export function HistorySection(_: { endpoint: Endpoint }) {
  return null;
}
