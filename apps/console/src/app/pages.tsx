import { IconMoodEmpty } from '@tabler/icons-react';
import { Route, Switch } from 'wouter';
import { ApiKeysPage } from '../api-keys/api-keys-page.js';
import { AuditLogPage } from '../audit/audit-log-page.js';
import { EventTypePage } from '../event-types/event-type-page.js';
import { EventTypesPage } from '../event-types/event-types-page.js';
import { VerifyPage } from '../portal/verify-page.js';
import { DeadLettersPage } from '../dead-letters/dead-letters-page.js';
import { OverviewPage } from '../overview/overview-page.js';
import { ReplayPage } from '../replays/replay-page.js';
import { ReplaysPage } from '../replays/replays-page.js';
import { DeliveriesPage } from '../deliveries/deliveries-page.js';
import { DeliveryPage } from '../deliveries/delivery-page.js';
import { EndpointPage } from '../endpoints/endpoint-page.js';
import { EndpointsPage } from '../endpoints/endpoints-page.js';
import { TenantPage } from '../tenants/tenant-page.js';
import { TenantsPage } from '../tenants/tenants-page.js';
import { EventPage } from '../events/event-page.js';
import { EventsPage } from '../events/events-page.js';
import { Nothing } from '../ui/states.js';
import { ErrorBoundary } from './error-boundary.js';

/** Which address shows what. */
export function Pages() {
  return (
    <ErrorBoundary>
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
    </ErrorBoundary>
  );
}
