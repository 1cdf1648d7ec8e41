import { Button, Text, Tooltip } from '@mantine/core';
import { IconShare } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import { api } from '../api/client.js';
import { endpointLink } from '../endpoints/endpoint.js';
import { withoutScheme } from '../endpoints/endpoint-name.js';
import { useMay } from '../session/may.js';
import { useAction } from '../ui/action.js';
import { HandOverDialog } from '../ui/hand-over-dialog.js';
import { Section } from '../ui/page.js';
import { ErrorNote, Loading } from '../ui/states.js';
import { DeliveryStatus, Status, type Tone } from '../ui/status.js';
import { When } from '../ui/when.js';
import type { EndpointExplanation, Explanation } from './event.js';
import classes from './why-section.module.css';

/** One sentence for each endpoint, also where nothing was sent. `endpoint` limits it to one. */
export function WhySection({ event, endpoint }: { event: string; endpoint?: string }) {
  const mayDo = useMay();
  const { data, error, refetch } = useQuery({
    queryKey: ['events', event, 'explain', endpoint],
    queryFn: ({ signal }) =>
      api.get<Explanation & { tenant: string }>(`/v1/events/${event}/explain`, { query: { endpoint }, signal }),
  });
  return (
    <Section title="Why" actions={mayDo('events:share') && <ShareButton event={event} />} isFlush>
      {error !== null && data === undefined && <ErrorNote error={error} retry={() => void refetch()} />}
      {error === null && data === undefined && <Loading rows={2} />}
      {data !== undefined && (
        <ul className={classes.reasons}>
          {data.endpoints.map((one) => (
            <Reason key={one.endpoint} tenant={data.tenant} reason={one} />
          ))}
          {data.endpoints.length === 0 && (
            <li className={classes.none}>This tenant has no endpoint that it could go to.</li>
          )}
          {data.hasMore && <li className={classes.none}>There are more endpoints than are shown here.</li>}
        </ul>
      )}
    </Section>
  );
}

function Reason({ tenant, reason }: { tenant: string; reason: EndpointExplanation }) {
  return (
    <li>
      <div className={classes.state}>
        {reason.status === null ? (
          <Status tone={toneOf(reason)}>not sent</Status>
        ) : (
          <DeliveryStatus status={reason.status} waitingFor={reason.waitingFor} />
        )}
      </div>
      <div className={classes.words}>
        <div>{reason.sentence}</div>
        {clausesBeyond(reason).map(({ subscription, message }) => (
          <Text key={`${subscription} ${message}`} size="sm" c="dimmed">
            {message}
          </Text>
        ))}
        <Text size="xs" c="dimmed">
          <Link href={endpointLink(tenant, reason.endpoint)}>{withoutScheme(reason.url)}</Link>
          {reason.delivery !== null && (
            <>
              {' · '}
              <Link href={`/deliveries/${reason.delivery}`}>its attempts</Link>
            </>
          )}
        </Text>
      </div>
    </li>
  );
}

/** What the sentence itself does not say already. */
function clausesBeyond({ sentence, clauses }: EndpointExplanation): EndpointExplanation['clauses'] {
  return clauses.filter(({ message }) => !sentence.includes(message));
}

function toneOf({ endpointStatus }: EndpointExplanation): Tone {
  return endpointStatus === 'paused' ? 'held' : 'off';
}

interface ExplainLink {
  readonly url: string;
  readonly expiresAt: string;
}

/** A link for the customer: it needs no key, shows no payload, and ends by itself. */
function ShareButton({ event }: { event: string }) {
  const [link, setLink] = useState<ExplainLink | null>(null);
  const share = useAction(() => api.post<ExplainLink>(`/v1/events/${event}/explain-links`), { after: setLink });
  return (
    <>
      <Tooltip label="Make a link to this that needs no key">
        <Button
          size="xs"
          variant="default"
          leftSection={<IconShare size={14} />}
          loading={share.isBusy}
          onClick={() => share.go()}
        >
          Share
        </Button>
      </Tooltip>
      {link !== null && (
        <HandOverDialog
          title="A link for your customer"
          what="the link"
          value={link.url}
          isLink
          close={() => setLink(null)}
        >
          Whoever has it can read these sentences, without a key, and nothing else. It ends <When at={link.expiresAt} />
          .
        </HandOverDialog>
      )}
    </>
  );
}
