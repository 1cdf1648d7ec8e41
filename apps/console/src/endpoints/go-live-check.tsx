import type { Endpoint } from './endpoint.js';

export function GoLiveCheck(_: { endpoint: Endpoint }) {
  return null;
}
