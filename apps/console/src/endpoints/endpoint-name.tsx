import { Link } from 'wouter';
import { useMay } from '../session/may.js';
import { shorten } from '../ui/id.js';
import { endpointLink, useEndpointNamed } from './endpoint.js';

/** An endpoint by its address, leading to its page where that may be seen. */
export function EndpointName({ tenant, id }: { tenant: string; id: string }) {
  const endpoint = useEndpointNamed(tenant, id);
  const isAllowed = useMay()('endpoints:read');
  if (!isAllowed) return <span title={id}>{shorten(id)}</span>;
  return (
    <Link href={endpointLink(tenant, id)} title={endpoint === null ? id : `${endpoint.url}\n${id}`}>
      {endpoint === null ? shorten(id) : withoutScheme(endpoint.url)}
    </Link>
  );
}

export function withoutScheme(url: string): string {
  return url.replace(/^https:\/\//, '');
}
