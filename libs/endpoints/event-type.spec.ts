import { describe, expect, it } from 'vitest';
import { type EventTypeDocument, settleEventType } from './event-type.js';

function errorsOf(document: EventTypeDocument): string[] {
  const result = settleEventType({ description: 'A payment went through.', ...document });
  return 'errors' in result ? result.errors.map(({ pointer, code }) => `${pointer} ${code}`) : [];
}

describe(settleEventType.name, () => {
  it('fills in what was not said', () => {
    expect(settleEventType({ description: 'd' })).toEqual({
      settings: { description: 'd', group: null, deprecated: false, schemas: null, example: null, redact: null },
    });
  });

  it.each<[string, EventTypeDocument]>([
    ['/description required', { description: null }],
    ['/schemas/a~1b invalid_schema', { schemas: { 'a/b': {} } }],
    ['/schemas too_long', { schemas: { '1': { description: 'x'.repeat(256 * 1024) } } }],
    ['/example too_long', { example: 'x'.repeat(256 * 1024) }],
    ['/redact/1 invalid_pointer', { redact: ['/card', 'card'] }],
    ['/redact/0 invalid_pointer', { redact: ['/card~2'] }],
    ['/redact/0 too_long', { redact: [`/${'x'.repeat(256)}`] }],
    ['/redact/0 wrong_type', { redact: [7] as never }],
    ['/redact too_many', { redact: Array.from({ length: 51 }, () => '/card') }],
  ])('refuses with %s', (error, document) => {
    expect(errorsOf(document)).toEqual([error]);
  });

  it.each([[], [''], ['/'], ['/card', '/items/0/~1~0']])('takes %j for pointers', (...redact) => {
    expect(errorsOf({ redact })).toEqual([]);
  });
});
