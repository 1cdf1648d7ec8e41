import type { LookupAddress } from 'node:dns';
import { AddressPolicy, type OutboundRequest, parseTarget, Sender, type SenderOptions } from '#transport';

/** A sender that may reach 127.0.0.0/8, where the receivers of tests live. */
export function aSender(options: Partial<SenderOptions> = {}): Sender {
  return new Sender({ policy: new AddressPolicy({ allow: ['127.0.0.0/8'], allowHttp: true }), ...options });
}

export function aRequest(url: string, overrides: Partial<OutboundRequest> = {}): OutboundRequest {
  return {
    target: parseTarget(url),
    headers: ['content-type', 'application/json', 'webhook-id', 'evt_1'],
    body: '{"amount":12345678901234567890,"rate":1.0,"ü":"é"}',
    timeoutMs: 30_000,
    ...overrides,
  };
}

/** A name server that knows these names only: each is a list of addresses, or what it answers one time after another. */
export function namesResolvingTo(names: Record<string, string[]>): NonNullable<SenderOptions['lookup']> {
  return (hostname, callback) => {
    const addresses = names[hostname];
    setImmediate(() => {
      if (addresses) callback(null, addresses.map(asAnswer));
      else callback(Object.assign(new Error(`no such name ${hostname}`), { code: 'ENOTFOUND' }), []);
    });
  };
}

function asAnswer(address: string): LookupAddress {
  return { address, family: address.includes(':') ? 6 : 4 };
}
