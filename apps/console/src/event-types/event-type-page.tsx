import { Button } from '@mantine/core';
import { IconPencil, IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import { api } from '../api/client.js';
import { useMay } from '../session/may.js';
import { AskDialog } from '../ui/ask-dialog.js';
import { CodeBlock } from '../ui/code-block.js';
import { Facts } from '../ui/facts.js';
import { Page, Section } from '../ui/page.js';
import { PageOf } from '../ui/page-of.js';
import { Status } from '../ui/status.js';
import { Moment } from '../ui/when.js';
import { EventTypeForm } from './event-type-form.js';
import type { EventType } from './event-type.js';

const CRUMBS = [{ label: 'Event types', to: '/event-types' }];

/** What an event type means, and what its events carry. */
export function EventTypePage({ name }: { name: string }) {
  const query = useQuery({
    queryKey: ['event-types', name],
    queryFn: ({ signal }) => api.get<EventType>(`/v1/event-types/${encodeURIComponent(name)}`, { signal }),
  });
  return (
    <PageOf query={query} title={name} crumbs={CRUMBS}>
      {(eventType) => <ShownEventType eventType={eventType} />}
    </PageOf>
  );
}

function ShownEventType({ eventType }: { eventType: EventType }) {
  const mayWrite = useMay()('event-types:write');
  const [asking, setAsking] = useState<'edit' | 'delete' | null>(null);
  const [, navigate] = useLocation();
  const close = (): void => setAsking(null);
  return (
    <Page
      title={eventType.name}
      aside={eventType.deprecated && <Status tone="warn">deprecated</Status>}
      crumbs={CRUMBS}
      actions={
        mayWrite && (
          <>
            <Button
              size="xs"
              variant="default"
              leftSection={<IconPencil size={15} />}
              onClick={() => setAsking('edit')}
            >
              Change
            </Button>
            <Button
              size="xs"
              variant="default"
              leftSection={<IconTrash size={15} />}
              onClick={() => setAsking('delete')}
            >
              Delete
            </Button>
          </>
        )
      }
    >
      <Section title="Event type">
        <Facts
          facts={[
            ['Description', eventType.description],
            ['Group', eventType.group],
            eventType.redact != null &&
              eventType.redact.length > 0 && [
                'Hidden from support',
                <code key="redact">{eventType.redact.join(', ')}</code>,
              ],
            ['Changed', <Moment key="changed" at={eventType.updatedAt} />],
            [
              'Traffic',
              <Link key="traffic" href={`/events?type=${encodeURIComponent(eventType.name)}`}>
                its events
              </Link>,
            ],
          ]}
        />
      </Section>
      {eventType.example !== null && eventType.example !== undefined && (
        <Section title="Example">
          <CodeBlock text={JSON.stringify(eventType.example, null, 2)} label="the example" />
        </Section>
      )}
      {Object.entries(eventType.schemas ?? {}).map(([version, schema]) => (
        <Section
          key={version}
          title={`Schema, version ${version}`}
          note="What does not match it is refused when it is published"
        >
          <CodeBlock text={JSON.stringify(schema, null, 2)} label={`the schema of version ${version}`} />
        </Section>
      ))}
      {asking === 'edit' && <EventTypeForm eventType={eventType} close={close} />}
      {asking === 'delete' && (
        <AskDialog
          title={`Delete ${eventType.name} from the catalog?`}
          verb="Delete"
          run={() => api.delete(`/v1/event-types/${encodeURIComponent(eventType.name)}`)}
          done="Deleted."
          after={() => navigate('/event-types')}
          close={close}
          isDangerous
        >
          Events of this type can still be published and are still delivered.
        </AskDialog>
      )}
    </Page>
  );
}
