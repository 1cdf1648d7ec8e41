import type { TlsIdentity } from './tls-identity.js';

/** Where a request goes, already taken apart. Made once per endpoint and kept: parsing a URL costs as much as signing. */
export interface SendTarget {
  /** Scheme, host and port: `https://example.com:8443`. */
  readonly origin: string;
  /** Path and query, as they go on the request line. */
  readonly path: string;
  /** Host name, or an address without brackets. */
  readonly hostname: string;
  readonly port: number;
  readonly secure: boolean;
  /** What the endpoint brings to TLS; null for those that do as everybody does. */
  readonly identity: TlsIdentity | null;
  /** Connections may serve targets of the same key only: the origin, and whose TLS credentials they were made with. */
  readonly connectionKey: string;
  /** What every request to it begins with, as it goes over the wire: the request line and the host field. */
  readonly requestStart: string;
}

/** Throws a TypeError when `url` is not an absolute http(s) URL; credentials and fragment are left out. */
export function parseTarget(url: string, identity: TlsIdentity | null = null): SendTarget {
  const { protocol, origin, host, hostname, port, pathname, search } = new URL(url);
  if (protocol !== 'https:' && protocol !== 'http:') throw new TypeError(`cannot send to a ${protocol} URL`);
  const secure = protocol === 'https:';
  const path = pathname + search;
  return {
    origin,
    path,
    hostname: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port) || (secure ? 443 : 80),
    secure,
    identity,
    connectionKey: identity === null ? origin : `${origin} ${identity.key}`,
    // A URL that was parsed holds neither spaces nor line breaks: they are percent-encoded by now.
    requestStart: `POST ${path} HTTP/1.1\r\nhost: ${host}\r\n`,
  };
}
