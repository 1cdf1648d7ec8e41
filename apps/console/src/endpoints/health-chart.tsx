import type { Endpoint } from './endpoint.js';

export function HealthChart(_: { endpoint: Endpoint }) {
  return null;
}
