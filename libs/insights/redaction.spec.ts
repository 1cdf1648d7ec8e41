import { describe, expect, it } from 'vitest';
import { isHiddenBy, Redaction } from './redaction.js';

const DATA = '{"amount":1.0,"card":{"number":"4111"}}';

describe(Redaction.name, () => {
  it('hides the value in the data and in whatever repeats it', () => {
    const redaction = new Redaction(DATA, ['/card']);
    expect(redaction.data).toBe('{"amount":1.0,"card":"[redacted]"}');
    expect(redaction.text('declined: 4111')).toBe('[redacted]');
    expect(redaction.text('declined')).toBe('declined');
    expect(redaction.text(null)).toBeNull();
    expect(redaction.headers({ server: 'test', location: '/retry?n=4111', via: 'very lo…' })).toEqual({
      server: 'test',
      location: '[redacted]',
      via: '[redacted]',
    });
    expect(redaction.signature(['webhook-signature', 'v1,x', 'x-hub', 'y'])).toEqual([
      'webhook-signature',
      '********',
      'x-hub',
      '********',
    ]);
  });

  it('hides what was cut off, perhaps in the middle of the value', () => {
    expect(new Redaction(DATA, ['/card']).text('declined: 41', false)).toBe('[redacted]');
    expect(new Redaction(DATA, []).text('declined: 41', false)).toBe('declined: 41');
    const redirected = `The receiver answered 302 Found, to https://${'x'.repeat(290)}41; redirects are never followed.`;
    expect(new Redaction(DATA, ['/card']).error(redirected)).toBe('[redacted]');
    expect(new Redaction(DATA, ['/card']).error('The receiver answered 500.')).toBe('The receiver answered 500.');
  });

  it.each<[string | null, string[]]>([
    [DATA, []],
    [DATA, ['/pin']],
    [null, []],
  ])('of %j at %j hides nothing', (data, paths) => {
    const redaction = new Redaction(data, paths);
    expect(redaction.data).toBe(data);
    expect(redaction.text('4111')).toBe('4111');
    expect(redaction.headers({ a: '4111' })).toEqual({ a: '4111' });
    expect(redaction.signature(['a', 'b'])).toEqual(['a', 'b']);
  });

  it('hides every text about data that is gone', () => {
    const redaction = new Redaction(null, ['/card']);
    expect(redaction.data).toBeNull();
    expect(redaction.text('ok')).toBe('[redacted]');
    expect(redaction.text('')).toBe('');
  });
});

describe(isHiddenBy.name, () => {
  it.each<[string, string[], boolean]>([
    ['data.card', ['/card'], true],
    ['data.card.number', ['/card'], true],
    ['data.card', ['/card/number'], true],
    ['data', ['/card/number'], true],
    ['data.amount', [''], true],
    ['data.cards', ['/card'], false],
    ['data.card.holder', ['/card/number'], false],
    ['metadata.card', ['/card'], false],
    ['type', [''], false],
    ['data.card', [], false],
  ])('knows of %s with %j: %j', (path, pointers, isHidden) => {
    expect(isHiddenBy(pointers)(path.split('.'))).toBe(isHidden);
  });
});
