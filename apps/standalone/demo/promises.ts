import type { Attempt, DeadLetter, Delivery } from './api-client.js';
import type { Published, Receipt } from './ledger.js';

/** Everything the promises are judged by: what was accepted, what came out, and what the API says of it. */
export interface Evidence {
  readonly published: readonly Published[];
  readonly receipts: readonly Receipt[];
  readonly deliveries: readonly Delivery[];
  readonly deadLetters: readonly DeadLetter[];
  /** The attempts of deliveries that took more than one, by the delivery's id. */
  readonly attempts: ReadonlyMap<string, readonly Attempt[]>;
}

export interface Judgement {
  readonly isKept: boolean;
  readonly promise: string;
  /** The numbers behind it. */
  readonly proof: string;
}

/** What a JSON library in the middle would not have let through. */
const FRAGILE = ['12345678901234567890', '1.0'];

/** Half of all events must be this quick, in milliseconds, however slow the machine. */
const QUICK_MS = 1_000;

/** Judges what the demo promises. An event may be missing, or nothing may have happened: then nothing is kept. */
export function judge(evidence: Evidence): readonly Judgement[] {
  return [
    nothingIsLost(evidence),
    signaturesHold(evidence),
    bytesSurvive(evidence),
    failuresAreRetried(evidence),
    deadLettersAreReplayed(evidence),
    nothingComesTwice(evidence),
    itIsQuick(evidence),
  ];
}

function nothingIsLost({ published, receipts, deliveries, deadLetters }: Evidence): Judgement {
  const arrived = new Set(receipts.filter(wasTaken).map(({ event }) => event));
  const waiting = deadLetters.filter(({ event, resolution, reason }) => {
    return resolution === null && reason !== '' && !arrived.has(event);
  });
  const accountedFor = new Set([...arrived, ...waiting.map(({ event }) => event)]);
  const missing = published.filter(({ id, deliveryCount }) => deliveryCount !== 1 || !accountedFor.has(id));
  const names = missing.map(({ type, id }) => {
    const delivery = deliveries.find(({ event }) => event === id);
    return `${type} ${id}: ${delivery?.status ?? 'no delivery'}${delivery?.waitingFor ? `, ${delivery.waitingFor}` : ''}`;
  });
  return {
    isKept: published.length > 0 && missing.length === 0,
    promise: 'Every accepted event arrived, or is a dead letter with its reason',
    proof:
      `${published.length} accepted, ${published.filter(({ id }) => arrived.has(id)).length} arrived, ` +
      `${waiting.length} dead, ${missing.length} missing${names.length > 0 ? ` (${names.join('; ')})` : ''}`,
  };
}

function signaturesHold({ receipts }: Evidence): Judgement {
  const verified = receipts.filter(({ isVerified }) => isVerified).length;
  const refused = receipts.filter(({ isForgeryRefused }) => isForgeryRefused).length;
  return {
    isKept: receipts.length > 0 && verified === receipts.length && refused === receipts.length,
    promise: 'Every request is signed, verified by the independent package standardwebhooks',
    proof: `${verified} of ${receipts.length} requests good, ${refused} of as many forged copies refused`,
  };
}

function bytesSurvive({ published, receipts }: Evidence): Judgement {
  const data = new Map(published.map((event) => [event.id, event.data]));
  const known = receipts.filter(({ event }) => data.has(event));
  const whole = known.filter(({ event, body }) => holdsData(body, data.get(event) ?? ''));
  const fragile = FRAGILE.filter((text) => whole.some(({ event }) => data.get(event)?.includes(text)));
  const bytes = whole.reduce((sum, { event }) => sum + Buffer.byteLength(data.get(event) ?? ''), 0);
  return {
    isKept: known.length > 0 && whole.length === known.length && fragile.length === FRAGILE.length,
    promise: 'Payloads arrive byte for byte as they were published',
    proof: `${whole.length} of ${known.length} requests, ${bytes} bytes compared, ${fragile.join(' and ')} among them`,
  };
}

function failuresAreRetried({ deliveries, attempts, receipts }: Evidence): Judgement {
  const retried = deliveries.filter(({ status, attemptCount }) => status === 'succeeded' && attemptCount > 1);
  const proofs = retried.map(({ id, type }) => {
    const answers = (attempts.get(id) ?? []).map(({ statusCode, errorCode }) => statusCode ?? errorCode);
    const [receiver] = receipts.filter(({ delivery }) => delivery === id);
    return `${type} for ${receiver?.receiver ?? 'nobody'}: ${answers.join(', ')}`;
  });
  const areOnRecord = retried.every(({ id, attemptCount }) => {
    const made = attempts.get(id) ?? [];
    return made.length === attemptCount && made.at(-1)?.outcome === 'succeeded' && made[0]?.outcome === 'failed';
  });
  return {
    isKept: retried.length > 0 && areOnRecord,
    promise: 'What fails is retried until it succeeds, every attempt on record',
    proof: proofs.join('; ') || 'nothing was retried to success',
  };
}

function deadLettersAreReplayed({ deliveries, deadLetters, receipts }: Evidence): Judgement {
  const replayed = deadLetters.filter(({ resolution }) => resolution === 'replayed');
  const arrived = replayed.filter(({ delivery, event }) => {
    return receipts.some((receipt) => wasTaken(receipt) && receipt.event === event && receipt.replayOf === delivery);
  });
  const causes = deadLetters.map(({ delivery, reason }) => {
    const dead = deliveries.find(({ id }) => id === delivery);
    return `${reason}: ${dead?.lastStatusCode ?? dead?.lastErrorCode ?? 'unknown'}`;
  });
  return {
    isKept: deadLetters.length > 0 && arrived.length === deadLetters.length,
    promise: 'What cannot be delivered becomes a dead letter, and arrives once it is replayed',
    proof:
      `${deadLetters.length} dead (${[...new Set(causes)].join('; ') || 'none'}), ` +
      `${replayed.length} replayed, ${arrived.length} of these arrived`,
  };
}

function nothingComesTwice({ receipts }: Evidence): Judgement {
  const duplicates = receipts.filter(({ isDuplicate }) => isDuplicate).length;
  return {
    isKept: receipts.length > 0 && duplicates === 0,
    promise: 'What was answered 2xx is not sent again',
    proof: `${duplicates} duplicates in ${receipts.length} requests, by webhook-id`,
  };
}

function itIsQuick({ published, receipts }: Evidence): Judgement {
  const acceptedMs = median(published.map(({ askedAtMs, answeredAtMs }) => answeredAtMs - askedAtMs));
  const asked = new Map(published.map(({ id, askedAtMs }) => [id, askedAtMs]));
  const first = receipts.filter((receipt) => wasTaken(receipt) && receipt.attempt === 1 && receipt.replayOf === null);
  const receivedMs = median(first.map(({ event, receivedAtMs }) => receivedAtMs - (asked.get(event) ?? Number.NaN)));
  return {
    isKept: acceptedMs < QUICK_MS && receivedMs < QUICK_MS,
    promise: 'It is quick',
    proof: `202 after ${acceptedMs.toFixed(1)} ms, received after ${receivedMs.toFixed(1)} ms (p50, from the publisher's call)`,
  };
}

function wasTaken({ status }: Receipt): boolean {
  return status >= 200 && status < 300;
}

/** Whether the envelope's `data` is this very text. Bytes are compared, and nothing is parsed. */
function holdsData(body: Buffer, data: string): boolean {
  const member = Buffer.from(`"data":${data}`);
  const start = body.indexOf(member);
  const next = body[start + member.length];
  return start !== -1 && next !== undefined && ',}'.includes(String.fromCharCode(next));
}

/** NaN, which is below no limit, when there is nothing to measure. */
function median(values: readonly number[]): number {
  const sorted = values.filter((value) => !Number.isNaN(value)).toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;
}
