import { Injectable } from '@nestjs/common';
import { Database } from '#database';
import type { CircuitState } from '#endpoints';
import { DatabaseClock, type Uuid } from '#kernel';
import { Parameters, tenantConditions, where } from './query-parts.js';

/** Of what there may be a million, no more than this is counted. */
export const MOST_COUNTED = 10_000;

/** Endpoints in trouble that are named, at most. */
const MOST_NAMED = 50;

export interface Overview {
  /** Deliveries that wait for a worker: should be few. Up to {@link MOST_COUNTED}. */
  readonly due: number;
  /** Since when the oldest of them has been due. */
  readonly oldestDueAt: Date | null;
  /** Deliveries held by a pause. */
  readonly held: number;
  readonly deadLetters: number;
  readonly deliveriesPausedAt: Date | null;
  readonly openCircuits: number;
  readonly failing: number;
  readonly paused: number;
  readonly disabled: number;
  /** The newest trouble first. */
  readonly inTrouble: readonly EndpointInTrouble[];
}

export interface EndpointInTrouble {
  readonly id: Uuid;
  readonly tenantId: Uuid;
  readonly url: string;
  readonly status: 'enabled' | 'paused' | 'disabled';
  readonly disabledReason: string | null;
  readonly circuitState: CircuitState | null;
  readonly circuitReason: string | null;
  readonly failingSince: Date | null;
  readonly since: Date;
}

type Counts = Omit<Overview, 'inTrouble'>;

/** Answers how things stand now: what waits, what is dead, and where something is wrong. */
@Injectable()
export class OverviewReadModel {
  constructor(
    private readonly db: Database,
    private readonly clock: DatabaseClock,
  ) {}

  async get(tenantIds: readonly Uuid[] | null): Promise<Overview> {
    const [counts, inTrouble] = await Promise.all([this.counts(tenantIds), this.inTrouble(tenantIds)]);
    return { ...counts, inTrouble };
  }

  private async counts(tenantIds: readonly Uuid[] | null): Promise<Counts> {
    const parameters = new Parameters();
    const of = (row: string): string[] => tenantConditions(parameters, `${row}.tenant_id`, tenantIds);
    const count = (from: string, conditions: readonly string[]): string =>
      `(SELECT count(*)::int FROM (SELECT FROM ${from} ${where(conditions)} LIMIT ${MOST_COUNTED}) counted)`;
    // A value: by the database's own clock, which moves as it looks, no index is looked up, and all that waits would be read.
    const now = parameters.add(new Date(this.clock.now()));
    const due = [...of('o'), `o.due_at <= ${now}`];
    const circuits = ['c.endpoint_id = p.id', 'p.deleted_at IS NULL', ...of('p')];
    const failing = ['f.endpoint_id = p.id', 'f.warnings > 0', 'p.deleted_at IS NULL', ...of('p')];
    const [row] = await this.db.query<Counts>(
      `SELECT ${count('open_deliveries o', due)} AS due,
              (SELECT o.due_at FROM open_deliveries o ${where(due)} ORDER BY o.due_at LIMIT 1) AS "oldestDueAt",
              ${count('open_deliveries o', [...of('o'), `o.due_at = 'infinity'`])} AS held,
              ${count('dead_letters l', [...of('l'), 'l.resolved_at IS NULL'])} AS "deadLetters",
              (SELECT turned_on_at FROM switches WHERE name = 'deliveries_paused') AS "deliveriesPausedAt",
              ${count('endpoint_circuits c, endpoints p', [...circuits, `c.state <> 'closed'`])} AS "openCircuits",
              ${count('failing_endpoints f, endpoints p', failing)} AS failing,
              ${count('endpoints p', [...of('p'), `p.status <> 'enabled'`, `p.status = 'paused'`, 'p.deleted_at IS NULL'])} AS paused,
              ${count('endpoints p', [...of('p'), `p.status <> 'enabled'`, `p.status = 'disabled'`, 'p.deleted_at IS NULL'])} AS disabled`,
      parameters.values,
    );
    return row!;
  }

  /** Asked from the three sides that trouble shows on, each of which has few rows. */
  private inTrouble(tenantIds: readonly Uuid[] | null): Promise<EndpointInTrouble[]> {
    const parameters = new Parameters();
    const of = (): string[] => tenantConditions(parameters, 'p.tenant_id', tenantIds);
    const ids = [
      `SELECT p.id FROM endpoints p ${where([...of(), `p.status <> 'enabled'`, 'p.deleted_at IS NULL'])} LIMIT ${MOST_COUNTED}`,
      `SELECT endpoint_id FROM endpoint_circuits WHERE state <> 'closed' LIMIT ${MOST_COUNTED}`,
      `SELECT endpoint_id FROM failing_endpoints WHERE warnings > 0 LIMIT ${MOST_COUNTED}`,
    ];
    return this.db.query<EndpointInTrouble>(
      `SELECT p.id, p.tenant_id AS "tenantId", p.url, p.status, p.disabled_reason AS "disabledReason",
              c.state AS "circuitState", c.reason AS "circuitReason", f.since AS "failingSince",
              CASE WHEN p.status <> 'enabled' THEN p.status_changed_at ELSE coalesce(c.since, f.since, p.status_changed_at) END AS since
         FROM (${ids.map((sql) => `(${sql})`).join(' UNION ')}) found
         JOIN endpoints p ON p.id = found.id
         LEFT JOIN endpoint_circuits c ON c.endpoint_id = p.id AND c.state <> 'closed'
         LEFT JOIN failing_endpoints f ON f.endpoint_id = p.id AND f.warnings > 0
        ${where(['p.deleted_at IS NULL', ...of()])}
        ORDER BY since DESC, p.id DESC LIMIT ${MOST_NAMED}`,
      parameters.values,
    );
  }
}
