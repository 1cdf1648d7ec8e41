import { IconMoodEmpty } from '@tabler/icons-react';
import { type ComponentType, lazy, Suspense, useEffect } from 'react';
import { Route, Switch, useLocation } from 'wouter';
import { noteAway, untilThere } from '../api/connection.js';
import { Loading, Nothing } from '../ui/states.js';
import { ErrorBoundary, PartMissing } from './error-boundary.js';

/** What is on the first page comes first. */
const QUIET_MS = 1_500;

const parts: (() => Promise<unknown>)[] = [];

/** A page's program comes when the page is first gone to, or when the browser has time. */
function page<P>(load: () => Promise<ComponentType<P>>) {
  parts.push(load);
  return lazy(async () => ({ default: await loadPart(load) }));
}

/** One that cannot be had now comes when the API is back. */
async function loadPart<P>(load: () => Promise<P>): Promise<P> {
  try {
    return await load();
  } catch {
    noteAway();
    await untilThere();
    return load().catch((cause: unknown) => {
      throw new PartMissing({ cause });
    });
  }
}

/** Has the others at hand before they are gone to, so that they are there at once, and while the API is away. */
async function loadAllParts(): Promise<void> {
  for (const load of parts) await load().catch(() => undefined);
}

const ApiKeysPage = page(async () => (await import('../api-keys/api-keys-page.js')).ApiKeysPage);
const AuditLogPage = page(async () => (await import('../audit/audit-log-page.js')).AuditLogPage);
const DeadLettersPage = page(async () => (await import('../dead-letters/dead-letters-page.js')).DeadLettersPage);
const DeliveriesPage = page(async () => (await import('../deliveries/deliveries-page.js')).DeliveriesPage);
const DeliveryPage = page(async () => (await import('../deliveries/delivery-page.js')).DeliveryPage);
const EndpointPage = page(async () => (await import('../endpoints/endpoint-page.js')).EndpointPage);
const EndpointsPage = page(async () => (await import('../endpoints/endpoints-page.js')).EndpointsPage);
const EventPage = page(async () => (await import('../events/event-page.js')).EventPage);
const EventTypePage = page(async () => (await import('../event-types/event-type-page.js')).EventTypePage);
const EventTypesPage = page(async () => (await import('../event-types/event-types-page.js')).EventTypesPage);
const EventsPage = page(async () => (await import('../events/events-page.js')).EventsPage);
const OverviewPage = page(async () => (await import('../overview/overview-page.js')).OverviewPage);
const ReplayPage = page(async () => (await import('../replays/replay-page.js')).ReplayPage);
const ReplaysPage = page(async () => (await import('../replays/replays-page.js')).ReplaysPage);
const TenantPage = page(async () => (await import('../tenants/tenant-page.js')).TenantPage);
const TenantsPage = page(async () => (await import('../tenants/tenants-page.js')).TenantsPage);
const VerifyPage = page(async () => (await import('../portal/verify-page.js')).VerifyPage);

/** Which address shows what. */
export function Pages() {
  const [location] = useLocation();
  useEffect(() => {
    const timer = setTimeout(() => void loadAllParts(), QUIET_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <ErrorBoundary key={location}>
      <Suspense fallback={<Loading rows={10} />}>
        <Switch>
          <Route path="/" component={OverviewPage} />
          <Route path="/events" component={EventsPage} />
          <Route path="/events/:id">{({ id }) => <EventPage key={id} id={id} />}</Route>
          <Route path="/deliveries" component={DeliveriesPage} />
          <Route path="/deliveries/:id">{({ id }) => <DeliveryPage key={id} id={id} />}</Route>
          <Route path="/dead-letters" component={DeadLettersPage} />
          <Route path="/replays" component={ReplaysPage} />
          <Route path="/replays/:id">{({ id }) => <ReplayPage key={id} id={id} />}</Route>
          <Route path="/tenants" component={TenantsPage} />
          <Route path="/tenants/:id">{({ id }) => <TenantPage key={id} id={id} />}</Route>
          <Route path="/tenants/:tenant/endpoints/:id">
            {({ tenant, id }) => <EndpointPage key={id} tenant={tenant} id={id} />}
          </Route>
          <Route path="/endpoints" component={EndpointsPage} />
          <Route path="/event-types" component={EventTypesPage} />
          <Route path="/event-types/:name">
            {({ name }) => <EventTypePage key={name} name={decodeURIComponent(name)} />}
          </Route>
          <Route path="/api-keys" component={ApiKeysPage} />
          <Route path="/audit-log" component={AuditLogPage} />
          <Route path="/verify" component={VerifyPage} />
          <Route>
            <Nothing icon={IconMoodEmpty} title="There is no such page" isPage>
              Choose from the menu, or search for what you have at hand.
            </Nothing>
          </Route>
        </Switch>
      </Suspense>
    </ErrorBoundary>
  );
}
