import { describe, expect, it } from 'vitest';
import { readBatch, readSingle } from './read-body.js';
import { DEFAULT_EVENT_LIMITS } from './read-event.js';

const batch = (text: string) => readBatch(Buffer.from(text), null, DEFAULT_EVENT_LIMITS);
const single = (text: string) => readSingle(Buffer.from(text), null, DEFAULT_EVENT_LIMITS);
const EVENT = '{"tenant":"t","type":"a.b","data":{"n":1.0}}';

describe(readBatch.name, () => {
  it('keeps the data of each event as it was written', () => {
    const read = batch(` { "events" : [ ${EVENT} , {"data":[12345678901234567890],"type":"c","tenant":"u"} ] } `);
    expect(read).toMatchObject([
      { draft: { tenant: 't', type: 'a.b', data: '{"n":1.0}' } },
      { draft: { tenant: 'u', type: 'c', data: '[12345678901234567890]' } },
    ]);
  });

  it('refuses what is no event and takes its neighbours', () => {
    expect(batch(`{"events":[1,"{",null,[${EVENT}],${EVENT}]}`)).toMatchObject([
      { errors: [{ pointer: '/events/0', code: 'wrong_type' }] },
      { errors: [{ pointer: '/events/1', code: 'wrong_type' }] },
      { errors: [{ pointer: '/events/2', code: 'wrong_type' }] },
      { errors: [{ pointer: '/events/3', code: 'wrong_type' }] },
      { draft: { type: 'a.b' } },
    ]);
  });

  it.each([
    [`{"events":[${EVENT}],"more":1}`, '/more'],
    [`{"more":{"events":[]},"events":[${EVENT}]}`, '/more'],
    // JSON.parse takes the last of two; the text of the first is another one.
    ...['[]', '[1]', '["{"]', `[${EVENT}]`, `[${EVENT},${EVENT}]`, '{"a":{}}', '{}', '5', '"{"', 'null'].map(
      (first): [string, string] => [`{"events":${first},"events":[${EVENT}]}`, '/events'],
    ),
  ])('refuses %s, which has more than events, once', (text, pointer) => {
    expect(() => batch(text)).toThrow(expect.objectContaining({ code: 'validation_failed' }));
    expect(() => batch(text)).toThrow(pointer);
  });
});

describe(readSingle.name, () => {
  it('points at a key that stands twice, and at nesting that is too deep', () => {
    expect(single('{"tenant":"t","type":"a","data":1,"data":2}')).toMatchObject({ refusal: 'duplicate_key' });
    const nested = (levels: number) =>
      single(`{"tenant":"t","type":"a","data":${'['.repeat(levels)}${']'.repeat(levels)}}`);
    expect(nested(DEFAULT_EVENT_LIMITS.maxDepth - 1)).toHaveProperty('draft');
    expect(nested(DEFAULT_EVENT_LIMITS.maxDepth)).toMatchObject({ refusal: 'too_deep' });
  });
});
