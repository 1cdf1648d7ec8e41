import { Injectable } from '@nestjs/common';
import { DatabaseClock, type FieldError, parseTypeId, type Uuid } from '#kernel';
import {
  type AskedOriginals,
  type NamedOriginals,
  OriginalFinder,
  type ReplaySelection,
  type Select,
} from '#replaying';
import type { Principal } from '#tenants';
import { Scope } from '../auth/scope.js';
import { Viewing } from '../auth/viewing.js';
import { REASONS } from '../dead-letters/dead-letter.dto.js';
import { refusal } from '../http/validation.pipe.js';
import type { CreateReplayDto } from './replay.dto.js';

/** Reads what a body wants replayed, within what the caller sees. What it names and is not there is refused. */
@Injectable()
export class ReplaySelectionReader {
  constructor(
    private readonly scope: Scope,
    private readonly viewing: Viewing,
    private readonly originals: OriginalFinder,
    private readonly clock: DatabaseClock,
  ) {}

  async read(dto: CreateReplayDto, caller: Principal): Promise<ReplaySelection> {
    const select = dto.select ?? 'failed';
    assertMeaningful(dto, select);
    const seen = this.viewing.all(caller).tenantIds;
    const within = dto.tenant == null ? seen : [await this.scope.bodyTenant(caller, dto.tenant)];
    const endpoint =
      dto.endpoint == null ? null : await this.scope.bodyEndpointOf(within, dto.endpoint, { isPastToo: false });
    const tenantIds = endpoint === null ? within : [endpoint.tenantId];
    const named = dto.ids == null ? null : await this.readIds(dto.ids, select, tenantIds);
    return {
      select,
      tenantIds: named?.tenantIds ?? tenantIds,
      endpointId: endpoint?.id ?? null,
      status: dto.status ?? null,
      type: dto.type ?? null,
      reason: dto.reason ?? null,
      sinceMs: dto.since == null ? null : Date.parse(dto.since),
      // What comes while it runs was not meant; what was there a moment ago is.
      untilMs: Math.min(dto.until == null ? Number.POSITIVE_INFINITY : Date.parse(dto.until), this.clock.now() + 1),
      named: named?.originals ?? null,
    };
  }

  private async readIds(
    texts: readonly string[],
    select: Select,
    tenantIds: readonly Uuid[] | null,
  ): Promise<{ originals: NamedOriginals; tenantIds: readonly Uuid[] }> {
    const ids = texts.map((text) => (select === 'missing' ? readEventId(text) : readId(text)));
    const found = await this.originals.find(byKind(ids), tenantIds);
    const known = new Map(found.map((original) => [original.id, original]));
    const kinds = select === 'missing' ? 'event' : 'delivery, dead letter or event';
    const errors = ids.flatMap((asked, index): FieldError[] =>
      asked !== null && known.has(asked.id)
        ? []
        : [{ pointer: `/ids/${index}`, code: 'not_found', message: `names no ${kinds}` }],
    );
    if (errors.length > 0) throw refusal(errors);
    const isEvent = new Set(ids.flatMap((asked) => (asked?.kind === 'evt' ? [asked.id] : [])));
    return {
      originals: {
        deliveryIds: found.flatMap(({ deliveryId }) => deliveryId ?? []),
        eventIds: [...isEvent],
      },
      tenantIds: [...new Set(found.map(({ tenantId }) => tenantId))],
    };
  }
}

/** What no delivery could be, or would mean something else than was said. */
function assertMeaningful(dto: CreateReplayDto, select: Select): void {
  const errors: FieldError[] = [];
  const refuse = (field: string, code: string, message: string): void => {
    errors.push({ pointer: `/${field}`, code, message });
  };
  if (select === 'missing') {
    if (dto.endpoint == null) refuse('endpoint', 'required', 'is required for what is missing');
    if (dto.status != null) refuse('status', 'not_allowed', 'says nothing of what was never delivered');
    if (dto.reason != null) refuse('reason', 'not_allowed', 'says nothing of what was never delivered');
  }
  if (select === 'failed' && dto.status === 'succeeded') refuse('status', 'not_allowed', 'is not a failure');
  if (dto.reason != null && dto.status !== 'cancelled' && select !== 'missing' && !isDeathReason(dto.reason)) {
    refuse('reason', 'not_allowed', `must be one of ${REASONS.join(', ')}, unless status is cancelled`);
  }
  if (dto.since != null && dto.until != null && Date.parse(dto.since) >= Date.parse(dto.until)) {
    refuse('until', 'invalid', 'must be later than since');
  }
  if (errors.length > 0) throw refusal(errors);
}

const isDeathReason = (reason: string): boolean => (REASONS as readonly string[]).includes(reason);

type Kind = 'dlv' | 'dl' | 'evt';

interface AskedId {
  readonly kind: Kind;
  readonly id: Uuid;
}

function readId(text: string): AskedId | null {
  for (const kind of ['dlv', 'dl', 'evt'] as const) {
    const id = parseTypeId(kind, text);
    if (id !== null) return { kind, id };
  }
  return null;
}

function readEventId(text: string): AskedId | null {
  const id = parseTypeId('evt', text);
  return id === null ? null : { kind: 'evt', id };
}

function byKind(asked: readonly (AskedId | null)[]): AskedOriginals {
  const ofKind = (kind: Kind): Uuid[] => asked.flatMap((one) => (one?.kind === kind ? [one.id] : []));
  return { deliveryIds: ofKind('dlv'), deadLetterIds: ofKind('dl'), eventIds: ofKind('evt') };
}
