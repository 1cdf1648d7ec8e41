import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseTypeId } from '#kernel';
import { AdminApi } from '../rig/admin-api.js';
import type { Cleanup } from '../rig/cleanup.js';
import { cpuMicros } from './figures/cpu.js';
import { compareLedgers, type Ledgers } from './figures/ledgers.js';
import { rssMiB } from './figures/memory.js';
import { type Reading, readMeters, type Usage, usageBetween } from './figures/meters.js';
import { forgetStatements } from './figures/sql.js';
import type { BenchOptions } from './options.js';
import type { Progress } from '../rig/progress.js';
import { Publisher } from './publisher/publisher-link.js';
import type { Load, Stream } from './publisher/publisher-messages.js';
import { Receiver } from './receiver/receiver-link.js';
import type { Servers } from './servers/servers.js';

/** What a stretch of time has cost, and the most memory that was seen in it. */
export interface Measured extends Usage {
  rssMiB: { api: number; worker: number };
  /** CPU time of what is not measured but takes its share of the machine. */
  harnessCpuMicros: { publisher: number; receiver: number };
}

export interface Endpoints {
  count: number;
  tenants: number;
  /** How many of them can be told not to answer. */
  blackholes?: number;
}

const SAMPLE_MS = 250;

/** A row that a lost job leaves behind falls due when its lease runs out, and goes out within two minutes. */
const PATIENCE_MS = 150_000;

/** The platform and what surrounds it, ready for a scenario. */
export class Stage {
  readonly admin: AdminApi;
  private readonly publisher: Publisher;
  private readonly receiver: Receiver;
  private readonly replayTags = new Set<number>();
  private readonly answering: string[] = [];
  private lastTag = 0;

  constructor(
    readonly options: BenchOptions,
    readonly servers: Servers,
    readonly progress: Progress,
    private readonly cleanup: Cleanup,
  ) {
    this.admin = new AdminApi(servers.platform.url, servers.platform.adminKey);
    this.publisher = new Publisher(cleanup);
    this.receiver = new Receiver(cleanup);
    this.receiver.onReceived((count) => this.publisher.received(count));
  }

  /** Short runs warm up less. */
  get warmUpSeconds(): number {
    return Math.min(5, this.options.seconds / 2);
  }

  /** Sets up tenants and endpoints, and answers one stream of events for each endpoint, the black holes' last. */
  async openEndpoints({ count, tenants, blackholes = 0 }: Endpoints): Promise<Stream[]> {
    this.publisher.connect(this.servers.platform.url, await this.admin.createPublisherKey());
    const ids: string[] = [];
    for (let n = 1; n <= tenants; n++) ids.push(await this.admin.createTenant(`Bench ${n}`));
    const streams: Stream[] = [];
    for (const [index, url] of (await this.receiver.listen(count, blackholes)).entries()) {
      const tenant = ids[index % tenants]!;
      const type = `bench.endpoint${index}`;
      const endpoint = await this.admin.createEndpoint(tenant, url, [type, 'bench.all']);
      const isCounted = index < count - blackholes;
      if (isCounted) this.answering.push(parseTypeId('ep', endpoint)!);
      streams.push({ tenant, type, deliveries: 1, isCounted });
    }
    return streams;
  }

  /** Starts a load and answers the tag that its entries carry in the ledger. */
  start(load: Load): number {
    const tag = ++this.lastTag;
    if (load.kind === 'replays') this.replayTags.add(tag);
    this.publisher.start(tag, load);
    return tag;
  }

  stop(tag: number): Promise<void> {
    return this.publisher.stop(tag);
  }

  ended(tag: number): Promise<void> {
    return this.publisher.ended(tag);
  }

  swallow(): Promise<void> {
    return this.receiver.swallow();
  }

  /** Holds a snapshot of the platform's database, for which PostgreSQL must keep whatever is deleted; answers how to end it. */
  async holdSnapshot(): Promise<() => Promise<void>> {
    const { rows } = this.servers.postgres;
    await rows.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
    await rows.query('SELECT count(*) FROM tenants');
    return async () => void (await rows.query('COMMIT'));
  }

  async warmUp(): Promise<void> {
    await this.watch(sleep(this.warmUpSeconds * 1_000), 'warming up');
  }

  /** Measures from now until `until` resolves: so many seconds unless given. */
  async measure(until: Promise<unknown> = sleep(this.options.seconds * 1_000), what = 'measuring'): Promise<Measured> {
    if (this.options.profile !== null) await forgetStatements(this.servers.postgres.statistics);
    const harnessBefore = this.harnessCpuMicros();
    const before: Reading = await readMeters(this.servers);
    const rss = await this.watch(until, what);
    const usage = usageBetween(before, await readMeters(this.servers));
    const harness = this.harnessCpuMicros();
    return {
      ...usage,
      rssMiB: rss,
      harnessCpuMicros: {
        publisher: harness.publisher - harnessBefore.publisher,
        receiver: harness.receiver - harnessBefore.receiver,
      },
    };
  }

  /** Resolves when everything that was accepted has arrived, or nothing more does for a long time. */
  async arrived(): Promise<void> {
    let last = this.receiver.received;
    for (let quietSinceMs = performance.now(); ; await sleep(20)) {
      const { received } = this.receiver;
      if (received >= this.publisher.accepted) return;
      if (received !== last) quietSinceMs = performance.now();
      else if (performance.now() - quietSinceMs > PATIENCE_MS) return;
      last = received;
    }
  }

  /** Waits until nothing is under way any more, and compares the ledgers. */
  async settle(): Promise<Ledgers> {
    await this.watch(this.arrived(), 'waiting for the last deliveries');
    await this.watch(this.allRecorded(), 'waiting for the last records');
    const publisherFile = join(this.servers.folder, 'published.ledger');
    const receiverFile = join(this.servers.folder, 'received.ledger');
    await Promise.all([this.publisher.writeLedger(publisherFile), this.receiver.writeLedger(receiverFile)]);
    return compareLedgers(publisherFile, receiverFile, (tag) => this.replayTags.has(tag));
  }

  private harnessCpuMicros(): Measured['harnessCpuMicros'] {
    return { publisher: cpuMicros(this.publisher.pid), receiver: cpuMicros(this.receiver.pid) };
  }

  /** While a delivery is open it may still be sent; what is neither open nor arrived is lost. */
  private async allRecorded(): Promise<void> {
    const deadlineMs = performance.now() + PATIENCE_MS;
    for (; performance.now() < deadlineMs; await sleep(50)) {
      const { rows } = await this.servers.postgres.rows.query<{ open: boolean }>(
        'SELECT EXISTS (SELECT FROM open_deliveries WHERE endpoint_id = ANY ($1::uuid[])) AS open',
        [this.answering],
      );
      if (rows[0]?.open === false) return;
    }
  }

  /** Shows how it goes and answers the most memory that was seen, until `until` resolves. */
  private async watch(until: Promise<unknown>, what: string): Promise<{ api: number; worker: number }> {
    const { apiPid, workerPid } = this.servers.platform;
    const most = { api: 0, worker: 0 };
    const startedMs = performance.now();
    let [lastMs, lastReceived] = [startedMs, this.receiver.received];
    const look = (): void => {
      most.api = Math.max(most.api, rssMiB(apiPid));
      most.worker = Math.max(most.worker, rssMiB(workerPid));
    };
    const show = (): void => {
      const nowMs = performance.now();
      const { received } = this.receiver;
      const rate = ((received - lastReceived) * 1_000) / (nowMs - lastMs);
      const outstanding = Math.max(0, this.publisher.accepted - received);
      const facts = [
        `${whole((nowMs - startedMs) / 1_000)} s`,
        `${whole(rate)} deliveries/s`,
        `${whole(outstanding)} open`,
      ];
      this.progress.tick(`${this.options.scenario}: ${what}  ${facts.join('  ')}`);
      [lastMs, lastReceived] = [nowMs, received];
    };
    const timers = [setInterval(look, SAMPLE_MS), setInterval(show, 1_000)];
    try {
      look();
      await Promise.race([until, this.cleanup.broken]);
      look();
    } finally {
      for (const timer of timers) clearInterval(timer);
    }
    return most;
  }
}

const whole = (value: number): string => Math.round(value).toLocaleString('en-US');
