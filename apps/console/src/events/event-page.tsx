import { Button, Group } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconBan, IconEraser } from '@tabler/icons-react';
import { api } from '../api/client.js';
import { DELIVERY_COLUMNS_OF_EVENT, deliveryLink } from '../deliveries/delivery-columns.js';
import { EndpointName } from '../endpoints/endpoint-name.js';
import { useMay } from '../session/may.js';
import { TenantName } from '../tenants/tenant-name.js';
import { AskDialog } from '../ui/ask-dialog.js';
import { CodeBlock } from '../ui/code-block.js';
import { DataTable } from '../ui/data-table.js';
import { Facts } from '../ui/facts.js';
import { Id } from '../ui/id.js';
import { prettyJson } from '../ui/json-text.js';
import { Page, Section } from '../ui/page.js';
import { PageOf } from '../ui/page-of.js';
import { Nothing } from '../ui/states.js';
import { Status } from '../ui/status.js';
import { Moment, When } from '../ui/when.js';
import { EventTimeline } from './event-timeline.js';
import { type EventWithDeliveries, type ReadEvent, useEvent } from './event.js';
import { WhySection } from './why-section.js';

const CRUMBS = [{ label: 'Events', to: '/events' }];

/** One event: what it carried, to whom it went, and why. */
export function EventPage({ id }: { id: string }) {
  return (
    <PageOf query={useEvent(id)} title="Event" crumbs={CRUMBS}>
      {(read) => <ShownEvent {...read} />}
    </PageOf>
  );
}

function ShownEvent({ event, dataText }: ReadEvent) {
  const { deliveries } = event;
  return (
    <Page
      title={event.type}
      aside={
        <>
          {event.subject !== null && <span className="mono">{event.subject}</span>}
          <EventState event={event} />
        </>
      }
      crumbs={CRUMBS}
      actions={<EventActions event={event} />}
    >
      <Section title="Event">
        <Facts
          columns={3}
          facts={[
            ['Id', <Id key="id" id={event.id} isFull />],
            ['Tenant', <TenantName key="tenant" id={event.tenant} />],
            ['Published', <Moment key="at" at={event.createdAt} withMs />],
            event.uid !== null && ['Uid', event.uid],
            ['Subject', event.subject],
            ['Source', event.source],
            ['Occurred', <Moment key="occurred" at={event.occurredAt} withMs />],
            event.correlationId !== null && ['Correlation id', event.correlationId],
            event.schemaVersion !== null && ['Schema version', event.schemaVersion],
            event.channels !== null && ['Channels', event.channels.join(', ')],
            event.orderingKey !== null && ['Ordering key', event.orderingKey],
            event.endpoint !== null && [
              'Meant for',
              <EndpointName key="for" tenant={event.tenant} id={event.endpoint} />,
            ],
            event.deliverAt !== null && ['Deliver at', <Moment key="deliver" at={event.deliverAt} />],
            event.expiresAt !== null && ['Expires', <When key="expires" at={event.expiresAt} />],
          ]}
        />
      </Section>
      <WhySection event={event.id} />
      <Section title="Deliveries" note={`${deliveries.length}`} isFlush>
        {deliveries.length === 0 ? (
          <Nothing icon={IconBan} title="None was made">
            {event.scheduled ? 'Its time has not come yet.' : 'No subscription matched it; see why above.'}
          </Nothing>
        ) : (
          <DataTable
            label="Deliveries of this event"
            rows={deliveries}
            columns={DELIVERY_COLUMNS_OF_EVENT}
            idOf={({ id }) => id}
            linkOf={deliveryLink}
          />
        )}
      </Section>
      <EventTimeline event={event} />
      <Section title="Payload" note="As it was published">
        {dataText === null ? (
          <Nothing icon={IconEraser} title="Its content was erased" />
        ) : (
          <CodeBlock text={prettyJson(dataText)} label="the payload" />
        )}
        {hasMembers(event.metadata) && (
          <>
            <h3>Metadata</h3>
            <CodeBlock text={JSON.stringify(event.metadata, null, 2)} label="the metadata" />
          </>
        )}
        {hasMembers(event.headers) && (
          <>
            <h3>Headers sent with it</h3>
            <CodeBlock text={JSON.stringify(event.headers, null, 2)} label="the headers" />
          </>
        )}
      </Section>
    </Page>
  );
}

function hasMembers(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0;
}

function EventState({ event }: { event: EventWithDeliveries }) {
  if (event.cancelledAt !== null) return <Status tone="off">cancelled</Status>;
  if (event.scheduled) return <Status tone="busy">scheduled</Status>;
  const { deliveries } = event;
  if (deliveries.length === 0) return <Status tone="off">nobody wanted it</Status>;
  const arrived = deliveries.filter(({ status }) => status === 'succeeded').length;
  const tone = deliveries.some(({ status }) => status === 'dead')
    ? 'bad'
    : arrived === deliveries.length
      ? 'good'
      : 'busy';
  return <Status tone={tone}>{`${arrived} of ${deliveries.length} delivered`}</Status>;
}

function EventActions({ event }: { event: EventWithDeliveries }) {
  const mayDo = useMay();
  const [isCancelling, cancelling] = useDisclosure(false);
  const [isErasing, erasing] = useDisclosure(false);
  const isOpen = event.scheduled || event.deliveries.some(({ status }) => status === 'pending' || status === 'held');
  return (
    <Group gap="xs">
      {isOpen && mayDo('events:cancel') && (
        <Button size="xs" variant="default" leftSection={<IconBan size={15} />} onClick={cancelling.open}>
          Cancel what is open
        </Button>
      )}
      {!event.payloadErased && mayDo('events:erase') && (
        <Button size="xs" variant="default" leftSection={<IconEraser size={15} />} onClick={erasing.open}>
          Erase payload
        </Button>
      )}
      {isCancelling && (
        <AskDialog
          title="Cancel what is not delivered yet?"
          verb="Cancel deliveries"
          noteLabel="Reason (optional)"
          run={(reason) => api.post(`/v1/events/${event.id}/cancel`, reason === undefined ? {} : { reason })}
          done="Cancelled."
          close={cancelling.close}
          isDangerous
        >
          Open deliveries of this event stop. What was delivered stays delivered.
        </AskDialog>
      )}
      {isErasing && (
        <AskDialog
          title="Erase what this event carries?"
          verb="Erase for good"
          run={() => api.delete(`/v1/events/${event.id}/payload`)}
          done="Erased. The record of it stays."
          close={erasing.close}
          isDangerous
        >
          Its data, metadata and headers, and what receivers answered, are gone for good. Open deliveries are cancelled.
        </AskDialog>
      )}
    </Group>
  );
}
