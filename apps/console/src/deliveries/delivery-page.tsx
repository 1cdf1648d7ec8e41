import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { api } from '../api/client.js';
import { EndpointName } from '../endpoints/endpoint-name.js';
import { useEvent } from '../events/event.js';
import { TenantName } from '../tenants/tenant-name.js';
import { Facts } from '../ui/facts.js';
import { Id } from '../ui/id.js';
import { Page, Section } from '../ui/page.js';
import { PageOf } from '../ui/page-of.js';
import { DeliveryStatus } from '../ui/status.js';
import { Coming, Moment } from '../ui/when.js';
import { AttemptList } from './attempt-list.js';
import { DeliveryActions } from './delivery-actions.js';
import type { Delivery } from './delivery.js';
import { nextTryOf, whyWords } from './outcome-words.js';
import classes from './delivery-page.module.css';

const OPEN_REFRESH_MS = 2_000;
const CRUMBS = [{ label: 'Deliveries', to: '/deliveries' }];

export function useDelivery(id: string) {
  return useQuery({
    queryKey: ['deliveries', id],
    queryFn: ({ signal }) => api.get<Delivery>(`/v1/deliveries/${encodeURIComponent(id)}`, { signal }),
    refetchInterval: ({ state }) => (state.data !== undefined && isOpen(state.data) ? OPEN_REFRESH_MS : false),
  });
}

export const isOpen = ({ status }: Delivery): boolean => status === 'pending' || status === 'held';

/** One delivery: what came of it, each attempt, and what comes next. */
export function DeliveryPage({ id }: { id: string }) {
  return (
    <PageOf query={useDelivery(id)} title="Delivery" crumbs={CRUMBS}>
      {(delivery) => <ShownDelivery delivery={delivery} />}
    </PageOf>
  );
}

function ShownDelivery({ delivery }: { delivery: Delivery }) {
  const { tenant, endpoint, replayOf } = delivery;
  const next = nextTryOf(delivery);
  const event = useEvent(delivery.event).data?.event;
  return (
    <Page
      title={delivery.type}
      aside={
        <>
          {event?.subject != null && <span className="mono">{event.subject}</span>}
          <DeliveryStatus status={delivery.status} waitingFor={delivery.waitingFor} />
        </>
      }
      crumbs={CRUMBS}
      actions={<DeliveryActions delivery={delivery} />}
    >
      <p className={classes.why} data-status={delivery.status}>
        {whyWords(delivery)}
        {next !== null && (
          <>
            {' '}
            Next try: <Coming at={next} />.
          </>
        )}
      </p>
      <Section title="Delivery">
        <Facts
          columns={3}
          facts={[
            ['Id', <Id key="id" id={delivery.id} isFull />],
            ['Event', <Id key="event" id={delivery.event} to={`/events/${delivery.event}`} />],
            ['Created', <Moment key="at" at={delivery.createdAt} withMs />],
            ['Endpoint', <EndpointName key="endpoint" tenant={tenant} id={endpoint} />],
            ['Tenant', <TenantName key="tenant" id={tenant} />],
            ['Ended', <Moment key="ended" at={delivery.completedAt} withMs />],
            ['Attempts', delivery.attemptCount],
            replayOf !== null && ['Replay of', <Id key="replay" id={replayOf} to={`/deliveries/${replayOf}`} />],
            next !== null && ['Next try', <Moment key="next" at={next} />],
            delivery.cancelReason !== null && ['Cancelled for', delivery.cancelReason],
            [
              'Why',
              <Link key="why" href={`/events/${delivery.event}`}>
                all endpoints of this event
              </Link>,
            ],
          ]}
        />
      </Section>
      <AttemptList delivery={delivery} />
    </Page>
  );
}
