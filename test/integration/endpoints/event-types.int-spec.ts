import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi, type TestApi } from '../../support/api.js';

let t: TestApi;
beforeAll(async () => {
  t = await startApi();
});
afterAll(() => t.close());

const description = 'A payment went through.';

describe('event types', () => {
  it('are created and replaced under their name', async () => {
    const path = '/v1/event-types/payment.succeeded';
    const document = {
      description,
      group: 'payments',
      deprecated: true,
      schemas: { '1': { type: 'object', required: ['amount'] }, '2': true },
      example: { amount: 100, constructor: 'c' },
      redact: ['/card/number', '/a~1b', ''],
    };
    const first = await t.api.put(path, document, { expect: 201 });
    expect(first.headers).toMatchObject({ location: path, etag: '"1"' });
    expect(first.body).toMatchObject({ name: 'payment.succeeded', ...document, version: 1 });
    expect((await t.api.get(path)).body).toEqual(first.body);
    const same = await t.api.put(path, document, { expect: 200 });
    expect(same.body['version']).toBe(1);
    const second = await t.api.put(path, { description: 'Paid.' }, { expect: 200 });
    expect(second.body).toMatchObject({
      description: 'Paid.',
      group: null,
      deprecated: false,
      schemas: null,
      example: null,
      redact: null,
      version: 2,
    });
  });

  it('change what they redact like everything else, on record', async () => {
    const path = '/v1/event-types/card.charged';
    await t.api.put(path, { description, redact: ['/card'] });
    const same = await t.api.patch(path, { redact: ['/card'] });
    expect(same.body).toMatchObject({ redact: ['/card'], version: 1 });
    const more = await t.api.patch(path, { redact: ['/card', '/pin'] }, { headers: { 'if-match': '"1"' } });
    expect(more.body).toMatchObject({ redact: ['/card', '/pin'], version: 2 });
    expect((await t.api.patch(path, { redact: [] })).body).toMatchObject({ redact: [], version: 3 });
    const { body } = await t.api.get('/v1/audit-log?action=event_type.updated&limit=2');
    expect(body['data']).toMatchObject([
      { before: { redact: ['/card', '/pin'] }, after: { redact: [] } },
      { before: { redact: ['/card'] }, after: { redact: ['/card', '/pin'] } },
    ]);
  });

  it('are changed by merge patch', async () => {
    const path = '/v1/event-types/invoice.paid';
    await t.api.put(path, { description, group: 'billing', schemas: { '1': {}, '2': {} } });
    const { body } = await t.api.patch(path, { group: null, schemas: { '1': null }, example: [1] }, { expect: 200 });
    expect(body).toMatchObject({ description, group: null, schemas: { '2': {} }, example: [1], version: 2 });
    expect((await t.api.patch(path, {})).body['version']).toBe(2);
  });

  it('answer 412 when they have changed since they were read', async () => {
    const path = '/v1/event-types/refund.made';
    const stale = { headers: { 'if-match': '"1"' }, expect: 412 };
    for (const tag of ['"0"', '"1"', '"no.tag.of.ours"']) {
      await t.api.put(
        '/v1/event-types/never.made',
        { description: 'a' },
        { headers: { 'if-match': tag }, expect: 412 },
      );
    }
    await t.api.put(path, { description }, stale);
    await t.api.put(path, { description }, { expect: 201 });
    await t.api.put(path, { description: 'b' }, { headers: { 'if-match': '"1"' }, expect: 200 });
    expect((await t.api.put(path, { description }, stale)).body['code']).toBe('version_conflict');
    await t.api.patch(path, { description }, stale);
    await t.api.delete(path, stale);
    await t.api.delete(path, { headers: { 'if-match': '"2"' }, expect: 204 });
    await t.api.get(path, { expect: 404 });
  });

  it('are gone when they are deleted', async () => {
    const path = '/v1/event-types/short.lived';
    await t.api.put(path, { description });
    await t.api.delete(path, { expect: 204 });
    for (const call of [() => t.api.get(path), () => t.api.patch(path, {}), () => t.api.delete(path)]) {
      await expect(call()).rejects.toThrow('got 404');
    }
  });

  it('are listed in the order in which they were made, page by page, by group and deprecation', async () => {
    const names = ['list.c', 'list.a', 'list.d', 'list.b'];
    for (const name of names) {
      await t.api.put(`/v1/event-types/${name}`, { description, group: 'list', deprecated: name === 'list.d' });
    }
    const namesOf = (body: { data: { name: string }[] }) => body.data.map(({ name }) => name);
    type Page = { data: { name: string }[]; nextCursor: string | null };
    const list = async (query: string) => (await t.api.get<Page>(`/v1/event-types?group=list${query}`)).body;
    expect(namesOf(await list(''))).toEqual([...names].reverse());
    const first = await list('&order=asc&limit=3');
    expect(namesOf(first)).toEqual(names.slice(0, 3));
    const second = await list(`&order=asc&limit=3&cursor=${first.nextCursor}`);
    expect([namesOf(second), second.nextCursor]).toEqual([names.slice(3), null]);
    expect(namesOf(await list('&deprecated=true'))).toEqual(['list.d']);
    expect(namesOf(await list('&until=2020-01-01T00:00:00Z'))).toEqual([]);
    await t.api.get(`/v1/event-types?cursor=${first.nextCursor}`, { expect: 400 });
  });

  it('are written by admins and read by all', async () => {
    await t.api.put('/v1/event-types/seen.byall', { description });
    const { body } = await t.api.post('/v1/api-keys', { name: 'p', role: 'publisher' });
    const publisher = t.api.as(body['key']);
    await publisher.get('/v1/event-types/seen.byall', { expect: 200 });
    const refused = await publisher.put('/v1/event-types/seen.byall', { description }, { expect: 403 });
    expect(refused.body['code']).toBe('forbidden');
  });

  it('made by several at once are made once', async () => {
    const answers = await Promise.all(
      [1, 2, 3].map((n) => t.api.put('/v1/event-types/at.once', { description: `d${n}` })),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect((await t.api.get('/v1/event-types/at.once')).body['version']).toBe(3);
  });
});

describe('bad input', () => {
  it.each(['posthorn.endpoint.failing', 'a..b', 'a.*', '*', 'a%20b', 'x'.repeat(129), '%00', '%F0%9F%92%A9'])(
    'the name %s is refused',
    async (name) => {
      const { body } = await t.api.put(`/v1/event-types/${name}`, { description }, { expect: 422 });
      expect(body['code']).toBe('validation_failed');
      await t.api.get(`/v1/event-types/${name}`, { expect: 404 });
    },
  );

  it.each<[object, string]>([
    [{ description: undefined }, '/description required'],
    [{ description: null }, '/description wrong_type'],
    [{ description: '' }, '/description wrong_length'],
    [{ description: 'x'.repeat(2_001) }, '/description wrong_length'],
    [{ group: 'a\0' }, '/group invalid_text'],
    [{ group: 7 }, '/group wrong_type'],
    [{ group: '' }, '/group wrong_length'],
    [{ deprecated: 'yes' }, '/deprecated wrong_type'],
    [{ schemas: [] }, '/schemas wrong_type'],
    [{ schemas: { '1': 'object' } }, '/schemas/1 invalid_schema'],
    [{ schemas: { '1': { $schema: 'http://json-schema.org/draft-04/schema#' } } }, '/schemas/1 invalid_schema'],
    [{ schemas: { '1': {}, '2': { pattern: '^(?=a)' } } }, '/schemas/2 invalid_schema'],
    [{ schemas: { '1': { $ref: 'https://example.com/a.json' } } }, '/schemas/1 invalid_schema'],
    [{ schemas: { '1': { required: ['amount'] } }, example: {} }, '/example/amount required'],
    [{ example: 'x'.repeat(256 * 1024) }, '/example too_long'],
    [{ redact: '/card' }, '/redact wrong_type'],
    [{ redact: Array.from({ length: 51 }, () => '/card') }, '/redact too_many'],
    [{ redact: ['/card', 'card'] }, '/redact/1 invalid_pointer'],
    [{ redact: ['/a~2'] }, '/redact/0 invalid_pointer'],
    [{ redact: ['/card', 7] }, '/redact/1 wrong_type'],
    [{ redact: [null] }, '/redact/0 wrong_type'],
    [{ redact: [`/${'x'.repeat(256)}`] }, '/redact/0 too_long'],
    [{ redact: ['/a\0'] }, '/redact invalid_text'],
    [{ name: 'other' }, '/name unknown_field'],
  ])('%j is refused with %s', async (fields, error) => {
    const answer = await t.api.put('/v1/event-types/bad.input', { description, ...fields }, { expect: 422 });
    const errors = answer.body['errors'] as { pointer: string; code: string }[];
    expect(errors.map(({ pointer, code }) => `${pointer} ${code}`)).toEqual([error]);
  });

  it('keeps an example that PostgreSQL would stumble over', async () => {
    const example = { nul: 'a\0b', half: '\ud800', big: 1e300 };
    await t.api.put('/v1/event-types/odd.example', { description, example }, { expect: 201 });
    expect((await t.api.get('/v1/event-types/odd.example')).body['example']).toEqual(example);
  });
});
