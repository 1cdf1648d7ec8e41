import type { Json } from './merge-patch.js';

/** What a filter may look at. Null stands for absent; `data` and `metadata` are JSON texts as they were published. */
export interface FilteredEvent {
  readonly type: string;
  readonly uid: string | null;
  readonly subject: string | null;
  readonly source: string | null;
  readonly correlationId: string | null;
  readonly schemaVersion: string | null;
  readonly orderingKey: string | null;
  readonly channels: readonly string[] | null;
  readonly metadata: string | null;
  /** Null: erased. */
  readonly data: string | null;
}

/** The fields by which a path of a filter begins. */
export const FILTERED_FIELDS = [
  'data',
  'metadata',
  'type',
  'subject',
  'source',
  'uid',
  'correlationId',
  'schemaVersion',
  'orderingKey',
  'channels',
] as const satisfies (keyof FilteredEvent)[];

type Field = (typeof FILTERED_FIELDS)[number];

/** One event for all the filters that look at it: its texts are parsed when the first one asks, and once. */
export class EventContent {
  private readonly parsed: { data?: Json | undefined; metadata?: Json | undefined } = {};

  constructor(private readonly event: FilteredEvent) {}

  /** The value at a path, which begins with a field's name; undefined when there is none. */
  at(path: readonly string[]): Json | undefined {
    let value = this.field(path[0] as Field);
    for (let index = 1; index < path.length && value !== undefined; index += 1) value = member(value, path[index]!);
    return value;
  }

  private field(name: Field): Json | undefined {
    if (name === 'data' || name === 'metadata') return this.parse(name);
    return this.event[name] ?? undefined;
  }

  private parse(name: 'data' | 'metadata'): Json | undefined {
    if (name in this.parsed) return this.parsed[name];
    const text = this.event[name];
    return (this.parsed[name] = text === null ? undefined : (JSON.parse(text) as Json));
  }
}

/** A member of an object, or an element of an array by its index from 0. What is inherited is no member. */
function member(value: Json, key: string): Json | undefined {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  if (Array.isArray(value)) return /^\d+$/.test(key) ? value[Number(key)] : undefined;
  return (value as Readonly<Record<string, Json>>)[key];
}
