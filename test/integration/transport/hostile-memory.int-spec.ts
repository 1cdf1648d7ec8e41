import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { AddressPolicy, type Sender } from '#transport';
import { HOSTILE_KINDS, type HostileKind, HostileReceiver } from '../../support/hostile-receivers.js';
import { waitFor } from '../../support/wait-for.js';
import { aRequest, aSender } from './setup.js';

const TIMEOUT_MS = 300;
const LOAD_MS = 30_000;
/** So many that a leak of a kilobyte each is noticed. */
const MANY = 1_000;

const newSender = () => aSender({ policy: new AddressPolicy({ allow: ['127.0.0.0/8'], allowHttp: true }) });

function send(sender: Sender, receiver: HostileReceiver, kind: HostileKind) {
  const timeoutMs = kind.isTimedOut ? TIMEOUT_MS : LOAD_MS;
  return sender.send(aRequest(receiver.url, { timeoutMs, body: 'x'.repeat(kind.requestChars ?? 1_000) }));
}

describe.each(HOSTILE_KINDS.map((kind) => [kind.name, kind] as const))('%s', (_name, kind) => {
  it(`keeps memory flat over ${MANY} of them`, async () => {
    const receiver = await HostileReceiver.start(kind);
    const sender = newSender();
    // What is made once, by the first hundred, is no leak.
    await sendMany(sender, receiver, kind, 100);
    receiver.hangUp();
    const before = heapBytes();
    const codes = await sendMany(sender, receiver, kind, MANY);
    expect([...codes.keys()]).toEqual([kind.errorCode]);
    expect(sender.inFlight).toBe(0);
    receiver.hangUp();
    await waitFor(() => expect(heapBytes() - before).toBeLessThan(1_000_000));
    await sender.close();
    await receiver.close();
  });
});

/** How often each outcome came; results themselves are not kept. */
async function sendMany(
  sender: Sender,
  receiver: HostileReceiver,
  kind: HostileKind,
  count: number,
): Promise<Map<string | null, number>> {
  const outcomes = new Map<string | null, number>();
  let left = count;
  const width = kind.isTimedOut ? 200 : 20;
  const sendSome = async (): Promise<void> => {
    while (left-- > 0) {
      // Of what comes byte by byte, how far it came is a matter of luck.
      const { errorCode } = await send(sender, receiver, kind);
      outcomes.set(errorCode, (outcomes.get(errorCode) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: width }, sendSome));
  return outcomes;
}

let collectGarbage: (() => void) | null = null;

/** What is reachable: heap and the memory of Buffers, after everything else was collected. */
function heapBytes(): number {
  if (collectGarbage === null) {
    setFlagsFromString('--expose-gc');
    collectGarbage = runInNewContext('gc') as () => void;
  }
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
