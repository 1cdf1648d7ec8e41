import { Injectable } from '@nestjs/common';
import { DeadLetterReadModel, type Viewer } from '#insights';
import { parseTypeId, type Uuid } from '#kernel';
import type { DiscardSelection } from '#replaying';
import type { Principal } from '#tenants';
import { Scope } from '../auth/scope.js';
import { Viewing } from '../auth/viewing.js';
import { refusal } from '../http/validation.pipe.js';
import type { DiscardManyDto } from './dead-letter.dto.js';

/** Reads which dead letters a body means, within what the caller sees. What it names and is not there is refused. */
@Injectable()
export class DiscardSelectionReader {
  constructor(
    private readonly deadLetters: DeadLetterReadModel,
    private readonly scope: Scope,
    private readonly viewing: Viewing,
  ) {}

  async read(dto: DiscardManyDto, caller: Principal): Promise<DiscardSelection> {
    assertSaysSomething(dto);
    const viewer = this.viewing.all(caller);
    const tenantIds = dto.tenant == null ? viewer.tenantIds : [await this.scope.bodyTenant(caller, dto.tenant)];
    return {
      ids: dto.ids == null ? null : await this.readIds(dto.ids, viewer),
      tenantIds,
      endpointId: await this.readEndpoint(dto.endpoint, tenantIds),
      type: dto.type ?? null,
      reason: dto.reason ?? null,
      sinceMs: toMs(dto.since),
      untilMs: toMs(dto.until),
    };
  }

  /** A deleted endpoint's dead letters are still there to be discarded. */
  private async readEndpoint(
    reference: string | null | undefined,
    tenantIds: readonly Uuid[] | null,
  ): Promise<Uuid | null> {
    if (reference == null) return null;
    return (await this.scope.bodyEndpointOf(tenantIds, reference, { isPastToo: true })).id;
  }

  private async readIds(texts: readonly string[], viewer: Viewer): Promise<Uuid[]> {
    const ids = texts.map((text) => parseTypeId('dl', text));
    const existing = await this.deadLetters.existing(
      viewer,
      ids.filter((id) => id !== null),
    );
    const errors = ids.flatMap((id, index) =>
      id !== null && existing.has(id)
        ? []
        : [{ pointer: `/ids/${index}`, code: 'not_found', message: 'names no dead letter' }],
    );
    if (errors.length > 0) throw refusal(errors);
    return ids as Uuid[];
  }
}

/** An empty body would empty the queue: too much for a slip. */
function assertSaysSomething(dto: DiscardManyDto): void {
  if (Object.entries(dto).some(([field, value]) => field !== 'note' && value != null)) return;
  throw refusal([{ pointer: '', code: 'required', message: 'must name ids or at least one filter' }]);
}

function toMs(time: string | null | undefined): number | null {
  return time == null ? null : Date.parse(time);
}
