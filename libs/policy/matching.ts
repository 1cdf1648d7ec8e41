import { type Clause, passes } from './content-filter.js';
import { EventContent, type FilteredEvent } from './event-content.js';
import { isSubscribed } from './event-type-pattern.js';

/** An enabled subscription, as matching sees it. Ids are UUIDv7, so that the smaller one is the older one. */
export interface SubscriptionRule {
  readonly id: string;
  readonly endpointId: string;
  readonly eventTypes: readonly string[];
  /** Null takes events of every channel and of none. */
  readonly channels: readonly string[] | null;
  /** Null takes events whatever they carry. */
  readonly filter: Clause | null;
}

/** One endpoint that gets the event, and the oldest subscription that says so. */
export interface Match {
  readonly endpointId: string;
  readonly subscriptionId: string;
}

/** Distinct types whose matches are kept; past that the memory starts anew. */
const MEMORY = 1_000;

/**
 * The subscriptions of one tenant, ready to be asked. One delivery per event and endpoint, however many subscriptions
 * match. Answers for a type are remembered, for a tenant publishes few types many times, unless they depend on what an
 * event carries: what it carries is looked into only then.
 */
export class Matcher {
  private readonly rules: readonly SubscriptionRule[];
  private readonly byType = new Map<string, readonly SubscriptionRule[]>();
  private readonly byTypeAlone = new Map<string, readonly Match[]>();

  constructor(rules: readonly SubscriptionRule[]) {
    this.rules = [...rules].sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  match(event: FilteredEvent): readonly Match[] {
    const { type, channels } = event;
    const known = channels === null ? this.byTypeAlone.get(type) : undefined;
    if (known) return known;
    const rules = this.rulesFor(type);
    const matches = onePerEndpoint(rules, event);
    if (channels === null && rules.every(({ filter }) => filter === null)) remember(this.byTypeAlone, type, matches);
    return matches;
  }

  /** Whether some subscription to this type looks at more of an event than its type and channels. */
  filters(type: string): boolean {
    return this.rulesFor(type).some(({ filter }) => filter !== null);
  }

  private rulesFor(type: string): readonly SubscriptionRule[] {
    let rules = this.byType.get(type);
    if (!rules) {
      rules = this.rules.filter((rule) => takesType(rule, type));
      remember(this.byType, type, rules);
    }
    return rules;
  }
}

function remember<T>(memory: Map<string, T>, type: string, answer: T): void {
  if (memory.size >= MEMORY) memory.clear();
  memory.set(type, answer);
}

function onePerEndpoint(rules: readonly SubscriptionRule[], event: FilteredEvent): Match[] {
  const byEndpoint = new Map<string, Match>();
  let content: EventContent | null = null;
  for (const rule of rules) {
    if (byEndpoint.has(rule.endpointId) || !takesChannels(rule, event.channels)) continue;
    if (rule.filter !== null && !passes(rule.filter, (content ??= new EventContent(event)))) continue;
    byEndpoint.set(rule.endpointId, { endpointId: rule.endpointId, subscriptionId: rule.id });
  }
  return [...byEndpoint.values()];
}

function takesType(rule: SubscriptionRule, type: string): boolean {
  return rule.eventTypes.some((pattern) => isSubscribed(pattern, type));
}

function takesChannels(rule: SubscriptionRule, channels: readonly string[] | null): boolean {
  return rule.channels === null || (channels !== null && rule.channels.some((channel) => channels.includes(channel)));
}
