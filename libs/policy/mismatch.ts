import { explainFilter, type IsHidden } from './content-filter.js';
import { EventContent, type FilteredEvent } from './event-content.js';
import { isSubscribed, OPERATIONAL_PREFIX } from './event-type-pattern.js';
import type { SubscriptionRule } from './matching.js';

/** The clause of a subscription that kept an event away, and why, as the end of a sentence that begins with its name. */
export interface Mismatch {
  readonly clause: 'event_types' | 'channels' | 'filter';
  readonly message: string;
}

/**
 * Why a subscription does not want an event; null when it does. The first clause that says no is told. `isHidden`: of which
 * paths nothing is told. Pure.
 */
export function explainMismatch(
  { eventTypes, channels, filter }: Pick<SubscriptionRule, 'eventTypes' | 'channels' | 'filter'>,
  event: FilteredEvent,
  isHidden?: IsHidden,
): Mismatch | null {
  if (!eventTypes.some((pattern) => isSubscribed(pattern, event.type))) {
    return { clause: 'event_types', message: tellTypes(eventTypes, event.type) };
  }
  if (channels !== null && !channels.some((channel) => event.channels?.includes(channel))) {
    const has = event.channels === null ? 'has none' : `has ${quoted(event.channels)}`;
    return { clause: 'channels', message: `wants the channel ${quoted(channels, 'or')}, and the event ${has}` };
  }
  if (filter !== null && event.data === null) {
    return { clause: 'filter', message: 'has a filter for what the event carried, which is erased' };
  }
  const miss = filter && explainFilter(filter, new EventContent(event), isHidden);
  return miss && { clause: 'filter', message: `has a filter that keeps it out: ${miss.message} (${miss.pointer})` };
}

function tellTypes(eventTypes: readonly string[], type: string): string {
  const wants = `wants ${quoted(eventTypes, 'or')}, and the event is "${type}"`;
  const isOwn = type.startsWith(OPERATIONAL_PREFIX) && eventTypes.includes('*');
  return isOwn ? `${wants}, which \`*\` does not take: the platform's own events are asked for by name` : wants;
}

function quoted(words: readonly string[], last = 'and'): string {
  const all = words.map((word) => `"${word}"`);
  return all.length < 2 ? all.join('') : `${all.slice(0, -1).join(', ')} ${last} ${all.at(-1)}`;
}
