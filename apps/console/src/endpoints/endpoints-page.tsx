import { useSession } from '../session/may.js';
import { Page } from '../ui/page.js';
import { EndpointsSection } from './endpoints-section.js';

/** A tenant's own endpoints. */
export function EndpointsPage() {
  const { tenant } = useSession();
  return <Page title="Endpoints">{tenant !== null && <EndpointsSection tenant={tenant} />}</Page>;
}
