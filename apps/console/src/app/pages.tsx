import { IconMoodEmpty } from '@tabler/icons-react';
import { type ComponentType, lazy, Suspense } from 'react';
import { Route, Switch, useLocation } from 'wouter';
import { Loading, Nothing } from '../ui/states.js';
import { ErrorBoundary, PartMissing } from './error-boundary.js';

/** A page comes when it is first gone to: most people need few of them. */
function page<P>(load: () => Promise<ComponentType<P>>) {
  return lazy(async () => ({
    default: await load().catch((cause: unknown) => {
      throw new PartMissing({ cause });
    }),
  }));
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
