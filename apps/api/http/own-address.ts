import type { FastifyRequest } from './request.js';

/** The address that others know us by, without a slash at its end: as configured, or as this request was addressed. */
export function ownAddress({ protocol, host }: FastifyRequest, publicUrl: string | null): string {
  return publicUrl ?? `${protocol}://${host}`;
}

export function isHttps(request: FastifyRequest, publicUrl: string | null): boolean {
  return ownAddress(request, publicUrl).startsWith('https:');
}
