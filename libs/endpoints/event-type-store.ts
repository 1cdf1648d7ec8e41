import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import { type Actor, type AuditAction, recordChange } from '#audit';
import { Database, type Executor, type ListPage } from '#database';
import { PosthornError } from '#kernel';
import { isEventType, type Json, type JsonObject, mergePatch } from '#policy';
import { refuseOtherVersion } from './endpoint-rows.js';
import {
  type EventType,
  type EventTypeDocument,
  type EventTypeSettings,
  RESERVED_PREFIX,
  settleEventType,
} from './event-type.js';
import { checkSchemas } from './event-type-schemas.js';
import { refuseFields } from './refuse.js';

interface EventTypeRow {
  readonly name: string;
  readonly description: string;
  readonly group_name: string | null;
  readonly deprecated: boolean;
  readonly schemas: JsonObject | null;
  readonly example: Json | null;
  readonly redact: readonly string[] | null;
  readonly version: number;
  readonly created_at: Date;
  readonly updated_at: Date;
}

const COLUMNS = 'name, description, group_name, deprecated, schemas, example, redact, version, created_at, updated_at';

export interface EventTypeFilters {
  readonly group: string | null;
  readonly deprecated: boolean | null;
}

/** An event type and its place in the list, opaque. */
export type PlacedEventType = EventType & { readonly position: string };

/**
 * The catalog of event types, of the whole platform. Throws {@link PosthornError}: `not_found`, `validation_failed`,
 * `not_supported_yet`, `version_conflict`.
 */
@Injectable()
export class EventTypeStore {
  constructor(private readonly db: Database) {}

  /** Makes the event type what the document says; one that is not there yet is made. */
  async put(
    by: Actor,
    name: string,
    document: EventTypeDocument,
    expectedVersion: number | null,
  ): Promise<{ eventType: EventType; created: boolean }> {
    refuseName(name);
    const settings = settle(document);
    await refuseSchemas(settings, await find(this.db, name));
    const written = await this.db.transaction(async (tx) => {
      // Inserted first, so that of two who make the same one at once the second replaces.
      const inserted = expectedVersion === null ? await insert(tx, name, settings) : null;
      if (inserted) {
        await record(tx, by, 'event_type.created', name, null, inserted);
        return { eventType: inserted, created: true };
      }
      const now = await lock(tx, name);
      refuseOtherVersion('event type', now?.version ?? 0, expectedVersion);
      return now && { eventType: await change(tx, by, now, settings), created: false };
    });
    // Null: deleted between the two statements, so it is made after all.
    return written ?? this.put(by, name, document, expectedVersion);
  }

  /** Applies a merge patch (RFC 7396). A patch that changes nothing raises no version. */
  async patch(by: Actor, name: string, patch: EventTypeDocument, expectedVersion: number | null): Promise<EventType> {
    return this.db.transaction(async (tx) => {
      const now = await lock(tx, name);
      if (!now) throw noSuchEventType(name);
      refuseOtherVersion('event type', now.version, expectedVersion);
      const document = mergePatch(settingsOf(now), patch as unknown as Json);
      const settings = settle(document as unknown as EventTypeDocument);
      await refuseSchemas(settings, now);
      return change(tx, by, now, settings);
    });
  }

  async delete(by: Actor, name: string, expectedVersion: number | null): Promise<void> {
    await this.db.transaction(async (tx) => {
      const now = await lock(tx, name);
      if (!now) throw noSuchEventType(name);
      refuseOtherVersion('event type', now.version, expectedVersion);
      await tx.query(`DELETE FROM event_types WHERE name = $1`, [name]);
      await record(tx, by, 'event_type.deleted', name, now, null);
    });
  }

  async get(name: string): Promise<EventType> {
    // What cannot be a name is not looked up: it may be what PostgreSQL's text cannot hold.
    const eventType = isEventType(name) ? await find(this.db, name) : null;
    if (!eventType) throw noSuchEventType(name);
    return eventType;
  }

  /** In the order in which they were made; `page.after` is the `position` of the last one before. */
  async list({ group, deprecated }: EventTypeFilters, page: ListPage): Promise<PlacedEventType[]> {
    const { madeAt, name } = readPosition(page.after);
    const rows = await this.db.query<EventTypeRow & { made_at: string }>(
      `SELECT ${COLUMNS}, (extract(epoch FROM created_at) * 1000000)::bigint::text AS made_at FROM event_types
       WHERE ($1::text IS NULL OR group_name = $1) AND ($2::boolean IS NULL OR deprecated = $2)
         AND ($3::float8 IS NULL OR created_at >= to_timestamp($3)) AND ($4::float8 IS NULL OR created_at < to_timestamp($4))
         AND ($5::bigint IS NULL OR
           ((extract(epoch FROM created_at) * 1000000)::bigint, name) ${page.order === 'asc' ? '>' : '<'} ($5, $6::text))
       ORDER BY created_at ${page.order}, name ${page.order} LIMIT $7`,
      [group, deprecated, toSeconds(page.sinceMs), toSeconds(page.untilMs), madeAt, name, page.limit],
    );
    return rows.map((row) => ({ ...toEventType(row), position: `${row.made_at} ${row.name}` }));
  }
}

function readPosition(position: string | null): { madeAt: string | null; name: string | null } {
  if (position === null) return { madeAt: null, name: null };
  const [, madeAt, name] = /^(\d{1,18}) (\S+)$/.exec(position) ?? [];
  if (madeAt === undefined || name === undefined)
    throw new PosthornError('invalid_cursor', 'The cursor is not one of ours.');
  return { madeAt, name };
}

function toSeconds(ms: number | null | undefined): number | null {
  return ms == null ? null : ms / 1_000;
}

function refuseName(name: string): void {
  if (!isEventType(name)) {
    throw new PosthornError(
      'validation_failed',
      'An event type is dot-separated words of letters, digits, _ and -, at most 128 characters in all.',
    );
  }
  if (name.startsWith(RESERVED_PREFIX)) {
    throw new PosthornError(
      'validation_failed',
      `Event types beginning with ${RESERVED_PREFIX} are the platform's own.`,
    );
  }
}

function noSuchEventType(name: string): PosthornError {
  return new PosthornError('not_found', `There is no event type ${JSON.stringify(name)}.`);
}

function settle(document: EventTypeDocument): EventTypeSettings {
  const result = settleEventType(document);
  return 'settings' in result ? result.settings : refuseFields(result.errors);
}

/** What is new is compiled before anything is written, or while nothing but the type's own row is locked. */
async function refuseSchemas(settings: EventTypeSettings, before: EventTypeSettings | null): Promise<void> {
  const errors = await checkSchemas(settings, before);
  if (errors.length > 0) refuseFields(errors);
}

async function find(db: Executor, name: string): Promise<EventType | null> {
  const [row] = await db.query<EventTypeRow>(`SELECT ${COLUMNS} FROM event_types WHERE name = $1`, [name]);
  return row ? toEventType(row) : null;
}

async function lock(tx: Executor, name: string): Promise<EventType | null> {
  if (!isEventType(name)) return null;
  const [row] = await tx.query<EventTypeRow>(`SELECT ${COLUMNS} FROM event_types WHERE name = $1 FOR UPDATE`, [name]);
  return row ? toEventType(row) : null;
}

async function insert(tx: Executor, name: string, settings: EventTypeSettings): Promise<EventType | null> {
  const [row] = await tx.query<EventTypeRow>(
    `INSERT INTO event_types (name, description, group_name, deprecated, schemas, example, redact)
     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (name) DO NOTHING RETURNING ${COLUMNS}`,
    [name, ...settingValues(settings)],
  );
  return row ? toEventType(row) : null;
}

async function change(tx: Executor, by: Actor, now: EventType, settings: EventTypeSettings): Promise<EventType> {
  if (isDeepStrictEqual(settings, settingsOf(now))) return now;
  const [row] = await tx.query<EventTypeRow>(
    `UPDATE event_types SET version = version + 1, updated_at = clock_timestamp(), description = $2, group_name = $3,
       deprecated = $4, schemas = $5, example = $6, redact = $7
     WHERE name = $1 RETURNING ${COLUMNS}`,
    [now.name, ...settingValues(settings)],
  );
  await record(tx, by, 'event_type.updated', now.name, now, settings);
  return toEventType(row!);
}

async function record(
  tx: Executor,
  by: Actor,
  action: AuditAction,
  name: string,
  before: EventTypeSettings | null,
  after: EventTypeSettings | null,
): Promise<void> {
  const facts = (settings: EventTypeSettings | null) => settings && { ...settingsOf(settings) };
  await recordChange(tx, by, { action, object: name, tenantId: null, before: facts(before), after: facts(after) });
}

function settingValues({ description, group, deprecated, schemas, example, redact }: EventTypeSettings): unknown[] {
  return [description, group, deprecated, toJson(schemas), toJson(example), redact];
}

function toJson(value: Json | null): string | null {
  return value === null ? null : JSON.stringify(value);
}

function settingsOf(eventType: EventTypeSettings): EventTypeSettings {
  const { description, group, deprecated, schemas, example, redact } = eventType;
  return { description, group, deprecated, schemas, example, redact };
}

function toEventType(row: EventTypeRow): EventType {
  return {
    name: row.name,
    description: row.description,
    group: row.group_name,
    deprecated: row.deprecated,
    schemas: row.schemas,
    example: row.example,
    redact: row.redact,
    version: row.version,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
