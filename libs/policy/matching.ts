import { isSubscribed } from './event-type-pattern.js';

/** An enabled subscription, as matching sees it. Ids are UUIDv7, so that the smaller one is the older one. */
export interface SubscriptionRule {
  readonly id: string;
  readonly endpointId: string;
  readonly eventTypes: readonly string[];
  /** Null takes events of every channel and of none. */
  readonly channels: readonly string[] | null;
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
 * match. Answers for a type are remembered, for a tenant publishes few types many times.
 */
export class Matcher {
  private readonly rules: readonly SubscriptionRule[];
  private readonly byType = new Map<string, readonly SubscriptionRule[]>();
  private readonly withoutChannels = new Map<string, readonly Match[]>();

  constructor(rules: readonly SubscriptionRule[]) {
    this.rules = [...rules].sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  match(type: string, channels: readonly string[] | null): readonly Match[] {
    if (channels !== null) return onePerEndpoint(this.rulesFor(type), channels);
    let matches = this.withoutChannels.get(type);
    if (!matches) {
      matches = onePerEndpoint(this.rulesFor(type), null);
      if (this.withoutChannels.size >= MEMORY) this.withoutChannels.clear();
      this.withoutChannels.set(type, matches);
    }
    return matches;
  }

  private rulesFor(type: string): readonly SubscriptionRule[] {
    let rules = this.byType.get(type);
    if (!rules) {
      rules = this.rules.filter((rule) => rule.eventTypes.some((pattern) => isSubscribed(pattern, type)));
      if (this.byType.size >= MEMORY) this.byType.clear();
      this.byType.set(type, rules);
    }
    return rules;
  }
}

function onePerEndpoint(rules: readonly SubscriptionRule[], channels: readonly string[] | null): Match[] {
  const byEndpoint = new Map<string, Match>();
  for (const rule of rules) {
    if (byEndpoint.has(rule.endpointId) || !takesChannels(rule, channels)) continue;
    byEndpoint.set(rule.endpointId, { endpointId: rule.endpointId, subscriptionId: rule.id });
  }
  return [...byEndpoint.values()];
}

function takesChannels(rule: SubscriptionRule, channels: readonly string[] | null): boolean {
  return rule.channels === null || (channels !== null && rule.channels.some((channel) => channels.includes(channel)));
}
