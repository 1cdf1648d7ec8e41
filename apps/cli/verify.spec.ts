import { createHmac, sign } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { formatEd25519Secret, formatPublicKey, readEd25519Secret } from '#signing';
import { verify } from './verify.js';

const BODY = '{"ü":"é"}';
const signature = createHmac('sha256', 'mysecret').update(BODY).digest('hex');

describe(verify.name, () => {
  let folder: string;
  let printed: string[];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'posthorn-verify-'));
    printed = [];
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => printed.push(String(text)) > 0);
  });
  afterEach(() => {
    vi.restoreAllMocks();
    process.exitCode = undefined;
    rmSync(folder, { recursive: true });
  });

  function options(over: object = {}, body = BODY) {
    writeFileSync(join(folder, 'body'), body);
    writeFileSync(join(folder, 'secret'), 'mysecret\n');
    return {
      body: join(folder, 'body'),
      secretFile: join(folder, 'secret'),
      secretEncoding: 'utf8',
      header: [`X-Hub-Signature-256: sha256=${signature}`],
      scheme: ['github'],
      tolerance: 300,
      ...over,
    };
  }

  function fileWith(text: string): string {
    writeFileSync(join(folder, 'key'), `${text}\n`);
    return join(folder, 'key');
  }

  it('says that a signature holds', async () => {
    await verify(options());
    expect(printed).toEqual(['github: verified. The signature holds.\n']);
    expect(process.exitCode).toBeUndefined();
  });

  it('says what does not match, and ends with 1', async () => {
    await verify(options({}, JSON.stringify(JSON.parse(BODY), null, 2)));
    expect(printed.join()).toMatch(/^github: body_changed\./);
    expect(process.exitCode).toBe(1);
  });

  it('takes a scheme of one’s own', async () => {
    const scheme = [JSON.stringify({ scheme: 'hmac', header: 'X-Acme' })];
    await verify(options({ scheme, header: [`x-acme: ${signature}`] }));
    expect(printed.join()).toMatch(/^hmac: verified\./);
  });

  it('takes the public key of a pair, and the scheme that it is for', async () => {
    const secret = formatEd25519Secret(Buffer.alloc(32, 3));
    const { privateKey, publicKey } = readEd25519Secret(secret)!;
    const seconds = Math.floor(Date.now() / 1000);
    const signed = sign(null, Buffer.from(`evt_1.${seconds}.${BODY}`), privateKey).toString('base64');
    const header = ['webhook-id: evt_1', `webhook-timestamp: ${seconds}`, `webhook-signature: v1,x v1a,${signed}`];
    for (const text of [formatPublicKey(publicKey), secret]) {
      printed = [];
      await verify(options({ header, scheme: [], secretEncoding: undefined, secretFile: fileWith(text) }));
      expect(printed).toEqual(['standard-ed25519: verified. The signature holds.\n']);
    }
    printed = [];
    const stranger = formatPublicKey(readEd25519Secret(formatEd25519Secret(Buffer.alloc(32, 4)))!.publicKey);
    await verify(options({ header, scheme: [], secretEncoding: undefined, secretFile: fileWith(stranger) }));
    expect(printed.join()).toMatch(/^standard-ed25519: no_match\./);
    await expect(
      verify(options({ header, secretEncoding: undefined, secretFile: fileWith('whpk_short') })),
    ).rejects.toThrow('must be whpk_');
  });

  it.each<[object, RegExp]>([
    [{ secretFile: undefined }, /--secret-file, or --api/],
    [{ secretEncoding: 'rot13' }, /--secret-encoding must be one of/],
    [{ scheme: ['gitlab'] }, /\/signing\/0\/scheme must be one of/],
    [{ header: ['nothing'] }, /is no header/],
    [{ api: 'http://127.0.0.1:1' }, /--endpoint and --key-file/],
  ])('refuses %j', async (over, reason) => {
    await expect(verify(options(over))).rejects.toThrow(reason);
  });
});
