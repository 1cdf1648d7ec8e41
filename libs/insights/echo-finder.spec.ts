import { describe, expect, it } from 'vitest';
import { EchoFinder } from './echo-finder.js';

const CARD = { number: '4111 1111 1111 1111', holder: 'Zoë "Z" O\'Hara\n', expires: 203012, trusted: true, note: '' };
const finder = new EchoFinder([JSON.stringify(CARD)]);
const sent = JSON.stringify({ type: 'payment.made', data: { card: CARD } });

describe(EchoFinder.name, () => {
  it.each([
    ['the body itself', sent],
    ['the body as JSON in JSON', JSON.stringify({ error: JSON.stringify({ got: sent }) })],
    ['a form', new URLSearchParams({ payload: `{"holder":${JSON.stringify(CARD.holder)}}` }).toString()],
    ['a value in a URL', `https://shop.example/retry?c=${encodeURIComponent(CARD.number)}`],
    ['a page', `<p>Declined: ${CARD.holder.replaceAll('"', '&#34;').replaceAll("'", '&#x27;')}</p>`],
    ['a page that names its references', '<p>Zo&euml; &quot;Z&quot; O&#39;Hara</p>'],
    ['a page with references to marks only', 'Declined: zoë&nbsp;&quot;Z&quot; O&apos;Hara'],
    ['escaped Unicode', '{"holder":"Zo\\u00eb \\"Z\\" O\'Hara"}'],
    ['another punctuation', 'card 4111-1111-1111-1111 was declined'],
    ['none at all', 'CARD=4111111111111111'],
    ['other cases', 'ZOË "Z" O\'HARA'],
    ['a number', 'expired: 203012'],
  ])('finds what stands in %s', (_, text) => {
    expect(finder.isIn(text)).toBe(true);
  });

  it('looks for what pages write with references', () => {
    const shops = new EchoFinder(['"Tom & Jerry"', '"<&>"']);
    expect(shops.isIn('unknown: Tom &amp; Jerry')).toBe(true);
    expect(shops.isIn('got &amp;lt;&amp;amp;&amp;gt;')).toBe(true);
    expect(shops.isIn('&copy; 2026 A&amp;B &mdash; not found?a=1&b=2;')).toBe(false);
  });

  it('looks for names of members that are no words', () => {
    const recipients = new EchoFinder(['{"bob@example.com":{"isNew":true},"4111":null,"holder_name":true}']);
    expect(recipients.isIn('unknown recipient bob@example.com')).toBe(true);
    expect(recipients.isIn('no such 4111')).toBe(true);
    expect(recipients.isIn('isNew is wrong, holder_name too')).toBe(false);
  });

  it.each(['', 'ok', '{"received":true,"note":""}', 'card ending in 1111', 'invalid number, holder or expires'])(
    'finds nothing in %j',
    (text) => {
      expect(finder.isIn(text)).toBe(false);
    },
  );

  it('looks for numbers as they were written and as they are mostly printed', () => {
    const numbers = new EchoFinder(['12345678901234567890', '1.50']);
    expect(numbers.isIn('id 12345678901234567890')).toBe(true);
    expect(numbers.isIn('{"amount":1.5}')).toBe(true);
    expect(numbers.isIn('{"amount":1.50}')).toBe(true);
  });

  it('looks for what has neither letters nor digits as it is', () => {
    expect(new EchoFinder(['"***"']).isIn('the mask *** was sent')).toBe(true);
    expect(new EchoFinder(['"***"']).isIn('* * *')).toBe(false);
  });

  it.each([
    ['values', Array.from({ length: 1_001 }, (_, index) => `value ${index}`)],
    ['characters', 'x'.repeat(64 * 1024)],
  ])('takes every text for an echo when there are more %s than it looks for', (_, value) => {
    const finderOfMuch = new EchoFinder([JSON.stringify(value)]);
    expect(finderOfMuch.isIn('ok')).toBe(true);
    expect(finderOfMuch.isIn('')).toBe(false);
  });

  it.each(['\\'.repeat(16_384), '%25'.repeat(5_461), '&#38;'.repeat(3_276), '\\u005c'.repeat(2_730)])(
    'comes to an end over texts that unfold again and again',
    (text) => {
      expect(finder.isIn(text)).toBe(false);
    },
  );
});
