import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readWholeDatabase } from '../support/secrets/database-rows.js';
import type { Find } from '../support/secrets/secret-hunt.js';
import { ReadEverything, READERS, type Reader } from './secrets/read-everything.js';
import { SecretStage } from './secrets/secret-stage.js';
import { SecretStory } from './secrets/secret-story.js';

/**
 * Secrets are shown to their owner where the contract says so, and can be read nowhere else, however they are written. A whole
 * platform is led through everything that a secret goes through; then everything that it has said or kept is searched.
 */
describe('secrets, after all that can happen to them', () => {
  const stage = new SecretStage();
  let story: SecretStory;
  let reading: ReadEverything;

  beforeAll(async () => {
    await stage.open();
    story = new SecretStory(stage);
    await story.play();
    reading = await ReadEverything.over(stage, story);
  }, 240_000);
  afterAll(() => stage.close());

  const namesOf = (kind: string): string[] => stage.hunt.names.filter((name) => name.startsWith(kind));

  it('has failed in every way that there is', async () => {
    const { body } = await stage.api.get('/v1/deliveries?limit=250');
    const codes = new Set(body['data'].map(({ lastErrorCode }: { lastErrorCode: string | null }) => lastErrorCode));
    const all = [
      'status',
      'timeout',
      'dns',
      'connect',
      'tls',
      'reset',
      'blocked_address',
      'protocol',
      'body_too_large',
      'auth',
      'proxy',
    ];
    expect(all.filter((code) => !codes.has(code))).toEqual([]);
  });

  it('are in no line that a process or a command has printed, at the level trace', () => {
    const outputs = stage.outputs.map((output) => output());
    expect(outputs.map(({ process }) => process)).toEqual(expect.arrayContaining(['api', 'worker']));
    expect(outputs.flatMap(({ process, text }) => stage.hunt.look(process, text))).toEqual([]);
  });

  it('are not among the metrics', async () => {
    for (const [process, url] of stage.metricsUrls) {
      const text = await (await fetch(url)).text();
      expect(text).toContain('posthorn_');
      expect(stage.hunt.look(`/metrics of ${process}`, text)).toEqual([]);
    }
  });

  it('are in no table, but for payloads', async () => {
    const tables = await readWholeDatabase(stage.database.url);
    const filled = tables.filter(({ rows }) => rows > 0).map(({ table }) => table);
    for (const table of [
      'endpoints',
      'endpoint_secrets',
      'endpoint_versions',
      'idempotency_keys',
      'audit_log',
      'api_keys',
    ]) {
      expect(filled).toContain(`public.${table}`);
    }
    const payloads = namesOf('payload');
    expect(tables.flatMap(({ table, content }) => stage.hunt.look(table, content, payloads))).toEqual([]);
  });

  it('have never gone through the queue, but for payloads', () => {
    const { heard } = stage.monitor;
    expect(heard.toString()).toContain('order.placed');
    expect(stage.hunt.look('queue', heard, namesOf('payload'))).toEqual([]);
  });

  it('are answered to nobody but who has just made them', () => {
    const mayShow = (operation: string): string[] => {
      if (/^(POST|PUT) \S+\/endpoints$|\/secrets$|\/rotate$/.test(operation)) return namesOf('signing: ');
      if (operation === 'POST /v1/api-keys') return namesOf('api key: ');
      if (/portal-sessions$|^POST \/v1\/session$/.test(operation)) return namesOf('session: ');
      if (operation.endsWith('/explain-links')) return ['explain link'];
      return [];
    };
    const finds = stage.api.answers.flatMap(({ operation, content }) =>
      stage.hunt.look(operation, content, [...namesOf('payload'), ...mayShow(operation)]),
    );
    expect(finds).toEqual([]);
  });

  it('have gone to receivers only in what belongs to their requests', () => {
    const bodies = stage.receivers.flatMap(({ requests }) =>
      requests.filter(({ path }) => path === '/hooks').map(({ body }) => body),
    );
    expect(bodies.length).toBeGreaterThan(50);
    const own = stage.hunt.names.filter((name) => /^(payload|client secret)/.test(name));
    expect(bodies.flatMap((body) => stage.hunt.look('a body', body, own))).toEqual([]);
  });

  it.each(READERS)(
    'are shown to %s by no GET but that of the secrets, if it is theirs',
    async (reader) => {
      const isOwner = ['admin', 'tenant', 'portal'].includes(reader);
      // Admin and support see all that there is; the others see the same by the same means, or nothing.
      const shown = await reading.as(keyOf(reader), ['admin', 'support'].includes(reader) ? undefined : 4);
      const finds = shown.flatMap(({ operation, path, content }): Find[] => {
        const isSecrets = operation.endsWith('/secrets') && isOwner;
        const isOwnPath = operation === '/explain/{token}';
        return stage.hunt.look(path, content, [
          ...namesOf('payload'),
          ...(isSecrets ? namesOf('signing: ') : []),
          ...(isOwnPath ? ['explain link'] : []),
        ]);
      });
      expect(finds).toEqual([]);
      const secrets = shown.filter(({ operation }) => operation.endsWith('/secrets'));
      expect(secrets.some(({ content }) => stage.hunt.look('', content).length > 0)).toBe(isOwner);
      if (reader === 'admin') expect(shown.filter(({ status }) => status === 200).length).toBeGreaterThan(300);
    },
    60_000,
  );

  function keyOf(reader: Reader): string | null {
    if (reader === 'nobody') return null;
    return reader === 'portal' ? story.portal : story.keys[reader]!;
  }
});
