import { Link } from 'wouter';
import { useMay, useSession } from '../session/may.js';
import { shorten } from '../ui/id.js';
import { useTenantName } from './tenant.js';

/** A tenant by name, leading to its page where there is one to be seen. */
export function TenantName({ id }: { id: string }) {
  const { tenant } = useSession();
  const isAllowed = useMay()('tenants:read');
  const name = useTenantName(id) ?? shorten(id);
  if (tenant !== null || !isAllowed) return <span title={id}>{name}</span>;
  return (
    <Link href={`/tenants/${id}`} title={id}>
      {name}
    </Link>
  );
}
