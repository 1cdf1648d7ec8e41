/** Where a request goes, already taken apart. Made once per endpoint and kept: parsing a URL costs as much as signing. */
export interface SendTarget {
  /** Scheme, host and port: `https://example.com:8443`. */
  readonly origin: string;
  /** Path and query, as they go on the request line. */
  readonly path: string;
}

/** Throws a TypeError when `url` is not an absolute http(s) URL; credentials and fragment are left out. */
export function parseTarget(url: string): SendTarget {
  const { protocol, origin, pathname, search } = new URL(url);
  if (protocol !== 'https:' && protocol !== 'http:') throw new TypeError(`cannot send to a ${protocol} URL`);
  return { origin, path: pathname + search };
}
