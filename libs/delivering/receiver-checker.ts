import type { SendTarget } from '#endpoints';
import { type Clock, toTypeId, type Uuid } from '#kernel';
import { TEST_EVENT_TYPE } from '#policy';
import {
  type Finding,
  judgeCertificate,
  judgeGoodRequest,
  judgeLatency,
  judgeRepeat,
  judgeStaleTimestamp,
  judgeWrongSignature,
  NO_TIMESTAMP,
} from './receiver-findings.js';
import type { Flaw } from './signed-request.js';
import type { SentTest, TestEvent, TestSender } from './test-sender.js';

/** A finding, and the test that it was made by; null where none was needed. */
export interface CheckedFinding extends Finding {
  readonly deliveryId: Uuid | null;
}

/** Wrong in no way, but looked at closely. */
const FLAWLESS: Flaw = {};

/** Older than what any receiver should take; Standard Webhooks' libraries take five minutes. */
const STALE: Flaw = { ageMs: 3_600_000 };

/**
 * Whether a receiver is ready for real traffic: it is sent real requests, of which some are wrong on purpose, and what it
 * answers tells whether it verifies. One after the other, each on record as a test.
 */
export class ReceiverChecker {
  constructor(
    private readonly tests: TestSender,
    private readonly clock: Clock,
  ) {}

  /** Throws `not_found`, and `endpoint_unverified` for one that has agreed to nothing yet. */
  async check(endpointId: Uuid, requestedBy: Uuid): Promise<CheckedFinding[]> {
    const target = await this.tests.load(endpointId);
    const send = (event: TestEvent, flaw: Flaw): Promise<SentTest> =>
      this.tests.sendTo(target, requestedBy, event, flaw);
    const good = this.newEvent(target, 'A request as it should be.');
    const first = await send(good, FLAWLESS);
    const isAccepted = first.result.errorCode === null;
    const findings = [
      madeBy(first, judgeGoodRequest(first.result)),
      madeBy(first, judgeLatency(first.result, this.tests.timeoutMs(target))),
      madeBy(first, judgeCertificate(target.url.secure, first.result.certificateEndsAt ?? null, this.clock.now())),
    ];
    const wrong = await send(this.newEvent(target, 'A request whose signature is wrong.'), {
      signedBody: 'another body',
    });
    findings.push(madeBy(wrong, judgeWrongSignature(wrong.result, isAccepted)));
    const stale = await send(this.newEvent(target, 'A request that says it is an hour old.'), STALE);
    const isTimed = saysTime(target, this.clock.now());
    findings.push(madeBy(stale, isTimed ? judgeStaleTimestamp(stale.result, isAccepted) : NO_TIMESTAMP));
    const repeat = await send({ ...good, isNew: false }, FLAWLESS);
    findings.push(madeBy(repeat, judgeRepeat(repeat.result, isAccepted)));
    return findings;
  }

  private newEvent({ endpointId }: SendTarget, message: string): TestEvent {
    return this.tests.newEvent(TEST_EVENT_TYPE, { message, endpoint: toTypeId('ep', endpointId) });
  }
}

/** Whether the signature of the same body becomes another with time: some schemes sign the body alone. */
function saysTime({ signer }: SendTarget, nowMs: number): boolean {
  const facts = { eventId: '', deliveryId: '', type: '' };
  const [now, then] = [1, 0].map((timestampSeconds) => signer.sign({ ...facts, timestampSeconds }, '', nowMs).join());
  return now !== then;
}

const madeBy = ({ deliveryId }: SentTest, finding: Finding): CheckedFinding => ({ ...finding, deliveryId });
