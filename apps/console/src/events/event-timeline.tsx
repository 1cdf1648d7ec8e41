import { EndpointName } from '../endpoints/endpoint-name.js';
import { deliveryLink } from '../deliveries/delivery-columns.js';
import type { Delivery } from '../deliveries/delivery.js';
import { lastWords } from '../deliveries/outcome-words.js';
import { Section } from '../ui/page.js';
import { type Moment, Timeline } from '../ui/timeline.js';
import type { EventWithDeliveries } from './event.js';
import { Link } from 'wouter';

/** What happened to an event, in order. */
export function EventTimeline({ event }: { event: EventWithDeliveries }) {
  const moments: Moment[] = [
    ...(event.occurredAt === event.createdAt
      ? []
      : [{ at: event.occurredAt, tone: 'off' as const, words: 'It happened, by the word of whoever published it' }]),
    { at: event.createdAt, tone: 'busy', words: 'Published' },
    ...(event.deliverAt === null
      ? []
      : [{ at: event.deliverAt, tone: 'off' as const, words: 'Its time: matched with subscriptions' }]),
    ...(event.cancelledAt === null
      ? []
      : [{ at: event.cancelledAt, tone: 'off' as const, words: `Cancelled: ${event.cancelReason ?? 'requested'}` }]),
    ...event.deliveries.flatMap(toMoments),
  ];
  return (
    <Section title="Timeline">
      <Timeline moments={moments.sort((a, b) => a.at.localeCompare(b.at))} />
    </Section>
  );
}

const END_TONES = { succeeded: 'good', dead: 'bad', cancelled: 'off' } as const;

function toMoments(delivery: Delivery): Moment[] {
  const where = <EndpointName tenant={delivery.tenant} id={delivery.endpoint} />;
  const made: Moment | null =
    delivery.replayOf === null ? null : { at: delivery.createdAt, tone: 'busy', words: <>Replayed to {where}</> };
  const { status, completedAt } = delivery;
  if (completedAt === null || status === 'pending' || status === 'held') return made === null ? [] : [made];
  const verb = { succeeded: 'Delivered to', dead: 'Given up at', cancelled: 'Cancelled for' }[status];
  const words = (
    <>
      {verb} {where} {lastWords(delivery) && `(${lastWords(delivery)})`} ·{' '}
      <Link href={deliveryLink(delivery)}>
        {delivery.attemptCount} {delivery.attemptCount === 1 ? 'attempt' : 'attempts'}
      </Link>
    </>
  );
  return [...(made === null ? [] : [made]), { at: completedAt, tone: END_TONES[status], words }];
}
