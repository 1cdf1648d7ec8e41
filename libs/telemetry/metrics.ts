import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** How a delivery can end. */
export type DeliveryOutcome = 'succeeded' | 'dead' | 'cancelled';

/** What an attempt came back with: the first digit of its status, or nothing at all. */
export type StatusClass = '2xx' | '3xx' | '4xx' | '5xx' | 'none';

const OUTCOMES: readonly DeliveryOutcome[] = ['succeeded', 'dead', 'cancelled'];
const STATUS_CLASSES: readonly StatusClass[] = ['2xx', '3xx', '4xx', '5xx', 'none'];

/** Seconds, from a millisecond to a minute. */
const LATENCY_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** A scrape does not wait longer for a database or a queue that is away. */
const MEASURE_WITHIN_MS = 2_000;

/** `404` → `4xx`; null (no answer) → `none`. */
export function statusClass(statusCode: number | null): StatusClass {
  return statusCode === null ? 'none' : (STATUS_CLASSES[Math.floor(statusCode / 100) - 2] ?? 'none');
}

/**
 * What `/metrics` shows. Counters are resolved to their children once: on the hot path a count is one method call, with
 * no label object made or hashed.
 */
export class Metrics {
  readonly registry = new Registry();
  private readonly measurements = new Map<string, () => Promise<void>>();
  readonly eventsAccepted = this.counter('posthorn_events_accepted_total', 'Events answered with 202');
  readonly failedAuthentications = this.counter(
    'posthorn_failed_authentications_total',
    'Keys and tokens that did not open anything',
  );
  readonly deliveries = this.counters('posthorn_deliveries_total', 'Deliveries ended', 'outcome', OUTCOMES);
  readonly attempts = this.counters('posthorn_attempts_total', 'Requests made', 'status_class', STATUS_CLASSES);
  readonly dueDeliveries = this.gauge('posthorn_due_deliveries', 'Open deliveries that are due and not claimed');
  readonly oldestDueAge = this.gauge('posthorn_oldest_due_age_seconds', 'How long the oldest of them has been due');
  readonly expiringDeadLetters = this.gauge(
    'posthorn_dead_letters_expiring',
    'Unresolved dead letters that are dropped with their events within two days; shown by the process that does upkeep',
  );
  readonly queueDepth = this.gauge('posthorn_queue_depth', 'Jobs waiting or active in the queue');
  readonly publishSeconds = this.histogram('posthorn_publish_seconds', 'From a publish request to its answer');
  readonly attemptSeconds = this.histogram('posthorn_attempt_seconds', 'One request to an endpoint, start to end');
  readonly endToEndSeconds = this.histogram(
    'posthorn_end_to_end_seconds',
    'From the acceptance of an event to the end of its first successful attempt',
  );

  constructor(options: { processDefaults?: boolean } = {}) {
    if (options.processDefaults !== false) collectDefaultMetrics({ register: this.registry });
  }

  /** What has to be asked for before it can be shown; under a name, so that two parts of one process ask it once. */
  measure(name: string, measurement: () => Promise<void>): void {
    this.measurements.set(name, measurement);
  }

  /** The text that Prometheus scrapes, and its content type. What cannot be measured in time is shown as it last was. */
  async expose(): Promise<{ contentType: string; text: string }> {
    const measuring = [...this.measurements.values()].map((measurement) => measurement().catch(() => undefined));
    await Promise.race([Promise.all(measuring), new Promise((resolve) => setTimeout(resolve, MEASURE_WITHIN_MS))]);
    return { contentType: this.registry.contentType, text: await this.registry.metrics() };
  }

  private counter(name: string, help: string): Counter.Internal {
    return new Counter({ name, help, registers: [this.registry] }).labels();
  }

  private counters<Value extends string>(
    name: string,
    help: string,
    label: string,
    values: readonly Value[],
  ): Readonly<Record<Value, Counter.Internal>> {
    const counter = new Counter({ name, help, labelNames: [label], registers: [this.registry] });
    // Made at once, so that a series is there, at nought, before the first one is counted.
    const children = values.map((value) => {
      const child = counter.labels(value);
      child.inc(0);
      return [value, child] as const;
    });
    return Object.fromEntries(children) as Record<Value, Counter.Internal>;
  }

  private gauge(name: string, help: string): Gauge {
    return new Gauge({ name, help, registers: [this.registry] });
  }

  private histogram(name: string, help: string): Histogram.Internal<string> {
    return new Histogram({ name, help, buckets: LATENCY_BUCKETS, registers: [this.registry] }).labels();
  }
}
