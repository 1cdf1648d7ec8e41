import { Link } from 'wouter';
import { useSession } from '../session/may.js';
import { shorten } from '../ui/id.js';
import { useTenantName } from './tenant.js';

/** A tenant by name, leading to its page. */
export function TenantName({ id }: { id: string }) {
  const { tenant } = useSession();
  const name = useTenantName(id) ?? shorten(id);
  if (tenant !== null) return <span title={id}>{name}</span>;
  return (
    <Link href={`/tenants/${id}`} title={id}>
      {name}
    </Link>
  );
}
