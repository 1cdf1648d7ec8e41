import type { FaultRecord } from '../faults/fault-record.js';
import type { Published } from '../publisher/publisher-messages.js';
import type { Request } from '../receiver/receiver-messages.js';
import type { Facts } from './facts.js';
import { excuse, faultDuring, silenceMs } from './excuse.js';
import { type Finding, Findings } from './findings.js';
import { groupBy } from './group-by.js';

/** What came of one fault: from its beginning to that of the next one. */
export interface FaultResult {
  fault: FaultRecord;
  /** Events accepted. */
  accepted: number;
  /** Deliveries of these that are lost. */
  lost: number;
  /** Requests that came again although they had been answered 2xx, as this fault allows. */
  repeated: number;
  /** The longest that nothing was accepted, and that nothing arrived, while it was going on. */
  publishPauseMs: number;
  silenceMs: number;
  /** From the fault's end to the last arrival of what was accepted before; 0: nothing was behind. */
  recoveryMs: number;
}

export interface Verdict {
  accepted: number;
  deliveries: number;
  requests: number;
  lost: number;
  dead: number;
  /** Requests that came again although they had been answered 2xx. */
  duplicates: number;
  /** Requests without an attempt on record, as a fault allows. */
  unrecorded: number;
  worstOverdueMs: number;
  faults: FaultResult[];
  /** Empty: every promise was kept. */
  findings: Finding[];
}

/** What a dead process held goes out within this. */
const OUT_WITHIN_MS = 120_000;

/** A pause is no finding below this: processes start, and the machine is shared. */
const LONGEST_PAUSE_MS = 10_000;

const LOST = 'accepted, neither arrived nor dead';

/** Compares what was accepted with what arrived and with what is on record. Pure. */
export function judge(facts: Facts): Verdict {
  const findings = new Findings();
  const { published } = facts.ledger;
  const requestsByDelivery = groupBy(facts.requests, ({ deliveryId }) => deliveryId);
  const accepted = published.filter(({ eventId }) => eventId !== null);

  for (const { uid } of published.filter(({ eventId }) => eventId === null)) findings.add('never accepted', uid);
  checkAnswers(facts, findings);
  checkEvents(facts, findings);
  const repeats = checkRequests(facts, requestsByDelivery, findings);
  const lost = checkDeliveries(facts, requestsByDelivery, findings);
  const unrecorded = checkAttempts(facts, findings);
  checkPromptness(facts, accepted, findings);
  checkRest(facts, findings);

  const faults = facts.faults.map((fault, index) =>
    judgeFault(facts, fault, facts.faults[index + 1]?.startMs ?? Number.POSITIVE_INFINITY, { accepted, lost, repeats }),
  );
  for (const { fault, publishPauseMs, silenceMs } of faults) {
    if (fault.allows.maySilence) continue;
    if (publishPauseMs > LONGEST_PAUSE_MS)
      findings.add('publishing stood still', `${fault.name}, ${publishPauseMs} ms`);
    if (silenceMs > LONGEST_PAUSE_MS) findings.add('delivering stood still', `${fault.name}, ${silenceMs} ms`);
  }
  return {
    accepted: accepted.length,
    deliveries: accepted.reduce((sum, { stream }) => sum + facts.streams[stream]!.endpoints.length, 0),
    requests: facts.requests.length,
    lost: lost.length,
    dead: facts.database.ended.filter(({ status }) => status === 'dead').length,
    duplicates: repeats.length,
    unrecorded,
    worstOverdueMs: Math.round(facts.watch.worstOverdueMs),
    faults,
    findings: findings.all,
  };
}

function checkAnswers({ ledger, faults, streams }: Facts, findings: Findings): void {
  for (const { atMs, api, status, reason } of ledger.refusals) {
    const said = `api ${api + 1}: ${status ?? 'no answer'}, ${reason}${near(faults, atMs)}`;
    if (status !== null && status !== 503) findings.add('a publish was answered neither 202 nor 503', said);
    else if (excuse(faults, atMs, (allows) => allows.refusals === 'unavailable') === null) {
      const isExcused = status === null && excuse(faults, atMs, (allows) => allows.refusals === 'connection') !== null;
      if (!isExcused) findings.add('a publish was refused for no reason', said);
    }
  }
  for (const { uid, eventId, deliveryCount, stream } of ledger.published) {
    if (eventId !== null && deliveryCount !== streams[stream]!.endpoints.length)
      findings.add('an event was matched wrongly', `${uid}: ${deliveryCount} deliveries`);
  }
}

/** A uid has one event, and the database has no event that the publisher does not know of. */
function checkEvents({ ledger, database }: Facts, findings: Findings): void {
  const stored = new Map(database.events.map(({ id, uid }) => [id, uid]));
  const known = new Map(ledger.published.flatMap(({ eventId, uid }) => (eventId === null ? [] : [[eventId, uid]])));
  for (const [id, uid] of known)
    if (stored.get(id) !== uid) findings.add('an accepted event is not stored', `${uid} as ${id}`);
  for (const [id, uid] of stored) if (!known.has(id)) findings.add('a uid has a second event', `${uid} as ${id}`);
}

/** Each request is signed, belongs to what was accepted, and comes again only if that is allowed. Answers what did. */
function checkRequests(
  { requests, ledger, database, faults }: Facts,
  byDelivery: ReadonlyMap<string, Request[]>,
  findings: Findings,
): { second: Request; excusedBy: FaultRecord | null }[] {
  const accepted = new Set(ledger.published.map(({ eventId }) => eventId));
  const eventOf = new Map(database.ended.map(({ id, eventId }) => [id, eventId]));
  for (const { webhookId, deliveryId, isSigned } of requests) {
    if (!isSigned) findings.add('a request was not signed', webhookId);
    if (!accepted.has(webhookId)) findings.add('a request of an event that was never accepted', webhookId);
    const eventId = eventOf.get(deliveryId);
    if (eventId !== undefined && eventId !== webhookId)
      findings.add('a delivery changed its webhook-id', `${deliveryId}: ${webhookId} for ${eventId}`);
  }
  const repeats: { second: Request; excusedBy: FaultRecord | null }[] = [];
  for (const [deliveryId, all] of byDelivery) {
    const first = all.find(({ status, answeredMs }) => status === 200 && answeredMs !== null);
    if (first === undefined) continue;
    for (const second of all.slice(all.indexOf(first) + 1)) {
      const excusedBy = excuse(faults, first.answeredMs!, (allows) => allows.mayRepeat);
      repeats.push({ second, excusedBy });
      if (excusedBy === null)
        findings.add(
          'repeated for no reason',
          `${deliveryId}: attempt ${first.attempt} was answered${near(faults, first.answeredMs!)}, attempt ${second.attempt} came ${Math.round(second.arrivedMs - first.answeredMs!)} ms later${near(faults, second.arrivedMs)}`,
        );
    }
  }
  return repeats;
}

/** Each delivery of each accepted event has arrived or is dead with its reason. Answers the events of those that are not. */
function checkDeliveries(
  { ledger, streams, endpoints, database }: Facts,
  byDelivery: ReadonlyMap<string, Request[]>,
  findings: Findings,
): Published[] {
  const endedByEvent = groupBy(database.ended, ({ eventId }) => eventId);
  const lost: Published[] = [];
  for (const event of ledger.published) {
    if (event.eventId === null) continue;
    const ended = endedByEvent.get(event.eventId) ?? [];
    const wanted = streams[event.stream]!.endpoints;
    if (ended.length > wanted.length) findings.add('an event has more deliveries than endpoints', event.eventId);
    for (const number of wanted) {
      const delivery = ended.find(({ endpointId }) => endpointId === endpoints[number]!.id);
      const hasArrived = (byDelivery.get(delivery?.id ?? '') ?? []).some(({ status }) => status === 200);
      const isDead = delivery?.status === 'dead' && delivery.reason !== null;
      if (!hasArrived && !isDead) {
        lost.push(event);
        findings.add(LOST, `${event.eventId} to endpoint ${number}: ${delivery?.status ?? 'not ended'}`);
      }
      if (delivery?.status === 'dead' && delivery.reason === null) findings.add('dead without a reason', delivery.id);
      if (delivery?.status === 'cancelled')
        findings.add('cancelled by nobody', `${delivery.id}: ${delivery.cancelReason}`);
      if (delivery?.status === 'succeeded' && !hasArrived) findings.add('succeeded without an arrival', delivery.id);
    }
  }
  return lost;
}

/** Each request has its attempt, and each answer on record was given. Answers how many requests have none, by permission. */
function checkAttempts({ requests, database, faults }: Facts, findings: Findings): number {
  const recorded = new Map<string, number>();
  for (const { deliveryId, number } of database.attempts) {
    const key = `${deliveryId} ${number}`;
    recorded.set(key, (recorded.get(key) ?? 0) + 1);
  }
  let unrecorded = 0;
  for (const [key, same] of groupBy(requests, ({ deliveryId, attempt }) => `${deliveryId} ${attempt}`)) {
    const missing = same.length - (recorded.get(key) ?? 0);
    if (missing <= 0) continue;
    const excused = same.filter(({ arrivedMs, answeredMs }) =>
      faults.some((fault) => fault.allows.mayGoUnrecorded && faultDuring(fault, arrivedMs, answeredMs ?? arrivedMs)),
    );
    unrecorded += Math.min(missing, excused.length);
    if (excused.length < missing)
      findings.add('a request without an attempt on record', `${key}${near(faults, same[0]!.arrivedMs)}`);
  }
  const answered = groupBy(requests, ({ deliveryId }) => deliveryId);
  for (const { deliveryId, number, statusCode } of database.attempts) {
    const wasSeen = answered
      .get(deliveryId)
      ?.some(({ attempt, status }) => attempt === number && status === statusCode);
    if (statusCode !== null && !wasSeen)
      findings.add('an answer on record that was not given', `${deliveryId}, attempt ${number}, ${statusCode}`);
  }
  return unrecorded;
}

/** Endpoints that never fail get everything within two minutes, and the time for which the database was away. */
function checkPromptness(facts: Facts, accepted: readonly Published[], findings: Findings): void {
  const first = firstArrivals(facts);
  for (const { eventId, acceptedMs } of accepted) {
    const arrivedMs = first.get(eventId!);
    if (arrivedMs === undefined) continue;
    const tookMs = arrivedMs - acceptedMs - silenceMs(facts.faults, acceptedMs, arrivedMs);
    if (tookMs <= OUT_WITHIN_MS) continue;
    // Whoever took it after the first lease may have died in its turn.
    const isTwice = facts.faults.some(
      (fault) =>
        faultDuring(fault, acceptedMs + OUT_WITHIN_MS / 2, acceptedMs + OUT_WITHIN_MS) && tookMs < 2 * OUT_WITHIN_MS,
    );
    if (!isTwice) findings.add('out later than two minutes', `${eventId}: ${Math.round(tookMs)} ms`);
  }
}

function checkRest({ database, watch }: Facts, findings: Findings): void {
  for (const row of database.open) findings.add('a row is stuck', row);
  if (database.twice + watch.twice > 0)
    findings.add('a delivery was open and in history', `${Math.max(database.twice, watch.twice)} at once`);
  if (watch.worstOverdueMs > OUT_WITHIN_MS)
    findings.add('a lease without an owner', `due for ${Math.round(watch.worstOverdueMs)} ms`);
}

function judgeFault(
  facts: Facts,
  fault: FaultRecord,
  untilMs: number,
  known: {
    accepted: readonly Published[];
    lost: readonly Published[];
    repeats: readonly { excusedBy: FaultRecord | null }[];
  },
): FaultResult {
  const isOfFault = ({ acceptedMs }: Published): boolean => acceptedMs >= fault.startMs && acceptedMs < untilMs;
  const first = firstArrivals(facts);
  const lastArrivalMs = known.accepted
    .filter(({ acceptedMs }) => acceptedMs < fault.endMs)
    .reduce((last, { eventId }) => Math.max(last, first.get(eventId!) ?? 0), 0);
  return {
    fault,
    accepted: known.accepted.filter(isOfFault).length,
    lost: known.lost.filter(isOfFault).length,
    repeated: known.repeats.filter(({ excusedBy }) => excusedBy === fault).length,
    publishPauseMs: longestPause(
      fault,
      known.accepted.map(({ acceptedMs }) => acceptedMs),
    ),
    silenceMs: longestPause(
      fault,
      facts.requests.map(({ arrivedMs }) => arrivedMs),
    ),
    recoveryMs: Math.max(0, Math.round(lastArrivalMs - fault.endMs)),
  };
}

/** When each event first arrived at an endpoint that never fails, the last of these where it goes to several. */
function firstArrivals({ requests, endpoints }: Facts): Map<string, number> {
  const byDelivery = new Map<string, Request>();
  for (const request of requests) {
    const { temper } = endpoints[request.endpoint]!;
    if ((temper === 'steady' || temper === 'slow') && !byDelivery.has(request.deliveryId))
      byDelivery.set(request.deliveryId, request);
  }
  const byEvent = new Map<string, number>();
  for (const { webhookId, arrivedMs } of byDelivery.values())
    byEvent.set(webhookId, Math.max(byEvent.get(webhookId) ?? 0, arrivedMs));
  return byEvent;
}

function longestPause({ startMs, endMs }: FaultRecord, timesMs: readonly number[]): number {
  const during = timesMs.filter((ms) => ms > startMs && ms < endMs).sort((a, b) => a - b);
  const marks = [startMs, ...during, endMs];
  return Math.round(Math.max(...marks.slice(1).map((ms, index) => ms - marks[index]!)));
}

/** ", during x" or ", after y", for whoever reads a finding. */
function near(faults: readonly FaultRecord[], ms: number): string {
  const before = faults.findLast(({ startMs }) => startMs <= ms);
  if (before === undefined) return ', before any fault';
  const isDuring = ms <= before.endMs;
  return `, ${isDuring ? 'during' : `${Math.round(ms - before.endMs)} ms after`} ${before.name} (${before.detail})`;
}
