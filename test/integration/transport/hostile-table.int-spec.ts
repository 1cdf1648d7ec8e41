import { describe, expect, it } from 'vitest';
import { AddressPolicy, type Sender } from '#transport';
import { HOSTILE_KINDS, type HostileKind, HostileReceiver } from '../../support/hostile-receivers.js';
import { waitFor } from '../../support/wait-for.js';
import { aRequest, aSender } from './setup.js';

/** That each is one attempt on record is tried in test/e2e/hostile-receivers.e2e-spec.ts. */

const TIMEOUT_MS = 300;
const LOAD_MS = 30_000;

const newSender = () => aSender({ policy: new AddressPolicy({ allow: ['127.0.0.0/8'], allowHttp: true }) });

function send(sender: Sender, receiver: HostileReceiver, kind: HostileKind) {
  const timeoutMs = kind.isTimedOut ? TIMEOUT_MS : LOAD_MS;
  return sender.send(aRequest(receiver.url, { timeoutMs, body: 'x'.repeat(kind.requestChars ?? 1_000) }));
}

describe.each(HOSTILE_KINDS.map((kind) => [kind.name, kind] as const))('%s', (_name, kind) => {
  it('ends by the deadline, with a code and a sentence, and leaves nothing open', async () => {
    const receiver = await HostileReceiver.start(kind);
    const sender = newSender();
    const result = await send(sender, receiver, kind);
    expect(result).toMatchObject({ statusCode: kind.statusCode, errorCode: kind.errorCode });
    if (kind.errorCode !== null) expect(result.error).toMatch(/^[A-Z].+\.$/s);
    if (kind.isTimedOut) expect(result.durationMs).toBeGreaterThan(TIMEOUT_MS - 20);
    expect(result.durationMs).toBeLessThan(LOAD_MS);
    expect(sender.inFlight).toBe(0);
    expect(result.responseBody ?? '').not.toContain('\0');
    expect((result.responseBody ?? '').length).toBeLessThanOrEqual(16 * 1024);
    if (kind.errorCode !== null && kind.errorCode !== 'status' && !kind.isDeaf) {
      await waitFor(() => expect(receiver.openConnections).toBe(0));
    }
    await sender.close();
    await receiver.close();
  });
});
