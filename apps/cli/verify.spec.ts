import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
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
