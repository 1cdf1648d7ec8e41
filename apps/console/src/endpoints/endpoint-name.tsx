import { Link } from 'wouter';
import { shorten } from '../ui/id.js';
import { endpointLink, useEndpointNamed } from './endpoint.js';

/** An endpoint by its address, leading to its page. */
export function EndpointName({ tenant, id }: { tenant: string; id: string }) {
  const endpoint = useEndpointNamed(tenant, id);
  return (
    <Link href={endpointLink(tenant, id)} title={endpoint === null ? id : `${endpoint.url}\n${id}`}>
      {endpoint === null ? shorten(id) : withoutScheme(endpoint.url)}
    </Link>
  );
}

export function withoutScheme(url: string): string {
  return url.replace(/^https:\/\//, '');
}
