import type { SendResult } from '#transport';

/** What a go-live check looks at. */
export const RECEIVER_CHECKS = [
  'good_request',
  'wrong_signature',
  'stale_timestamp',
  'repeated_request',
  'latency',
  'certificate',
] as const;

export type ReceiverCheck = (typeof RECEIVER_CHECKS)[number];

export interface Finding {
  readonly check: ReceiverCheck;
  /** Null: it could not be told. */
  readonly passed: boolean | null;
  /** In words, with what to do about it. */
  readonly detail: string;
}

type Answer = Pick<SendResult, 'statusCode' | 'error'>;

const DAY_MS = 86_400_000;

/** Certificates are commonly renewed a month before their end; with less than this left, nothing has renewed it. */
const FEW_DAYS = 14;

export function judgeGoodRequest({ statusCode, error }: Answer): Finding {
  const passed = error === null;
  const detail = passed ? `A signed request was answered ${statusCode}.` : `A signed request failed. ${error}`;
  return { check: 'good_request', passed, detail };
}

/** A receiver that refuses everything has not verified anything: `isGoodAccepted` says whether it does not. */
export function judgeWrongSignature(answer: Answer, isGoodAccepted: boolean): Finding {
  const words = 'A request whose signature was made for another body';
  return judgeRefusal('wrong_signature', words, 'Verify the signature over the raw body.', answer, isGoodAccepted);
}

export function judgeStaleTimestamp(answer: Answer, isGoodAccepted: boolean): Finding {
  const words = 'A well-signed request whose timestamp is an hour old';
  const advice =
    'Refuse timestamps that are more than five minutes off, or a request that was overheard can be repeated.';
  return judgeRefusal('stale_timestamp', words, advice, answer, isGoodAccepted);
}

/** For schemes whose signature says no time. */
export const NO_TIMESTAMP: Finding = {
  check: 'stale_timestamp',
  passed: null,
  detail: 'The signature of this endpoint says no time, so an old request cannot be told from a new one.',
};

export function judgeRepeat({ statusCode, error }: Answer, isGoodAccepted: boolean): Finding {
  const check = 'repeated_request';
  if (!isGoodAccepted) return untold(check);
  if (error !== null) {
    const detail = `The same event, sent a second time, failed. ${error} Answer 2xx to what you have seen before.`;
    return { check, passed: false, detail };
  }
  const detail = `The same event, sent a second time under the same webhook-id, was answered ${statusCode}. Whether it was done only once, you alone can see.`;
  return { check, passed: true, detail };
}

export function judgeLatency(
  { durationMs, error }: Pick<SendResult, 'durationMs' | 'error'>,
  timeoutMs: number,
): Finding {
  if (error !== null) return untold('latency');
  const passed = durationMs <= timeoutMs / 2;
  const took = `The answer took ${Math.round(durationMs)} ms of the ${timeoutMs} ms there are.`;
  return { check: 'latency', passed, detail: passed ? took : `${took} Answer first, and work afterwards.` };
}

export function judgeCertificate(isSecure: boolean, endsAt: Date | null, nowMs: number): Finding {
  const check = 'certificate';
  if (!isSecure)
    return { check, passed: false, detail: 'The URL is plain http: whoever is on the way can read along.' };
  if (endsAt === null) return { check, passed: null, detail: 'No certificate was seen.' };
  const days = Math.floor((endsAt.getTime() - nowMs) / DAY_MS);
  const until = `The certificate is valid until ${endsAt.toISOString()}, for ${days} more days.`;
  const passed = days >= FEW_DAYS;
  return { check, passed, detail: passed ? until : `${until} Renew it: without a valid one nothing is delivered.` };
}

function judgeRefusal(
  check: ReceiverCheck,
  words: string,
  advice: string,
  { statusCode, error }: Answer,
  isGoodAccepted: boolean,
): Finding {
  if (!isGoodAccepted) return untold(check);
  if (statusCode === null) return { check, passed: null, detail: `${words} got no answer. ${error}` };
  if (statusCode >= 400 && statusCode < 500)
    return { check, passed: true, detail: `${words} was refused (${statusCode}).` };
  return { check, passed: false, detail: `${words} was answered ${statusCode}; 4xx was expected. ${advice}` };
}

const untold = (check: ReceiverCheck): Finding => ({
  check,
  passed: null,
  detail: 'It cannot be told while a signed request is not answered 2xx.',
});
