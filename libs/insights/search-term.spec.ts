import { describe, expect, it } from 'vitest';
import { newUuid, toAttemptId, toTypeId } from '#kernel';
import { readSearchTerm } from './search-term.js';

const id = newUuid(1_764_000_000_000);

describe(readSearchTerm, () => {
  it.each(['evt', 'dlv', 'dl', 'ep', 'sub', 'ten', 'rpl'] as const)(
    'knows the id of a %s, blanks around it or not',
    (prefix) => {
      expect(readSearchTerm(`  ${toTypeId(prefix, id)}\n`)).toEqual({ kind: 'id', prefix, id });
    },
  );

  it('knows the id of an attempt', () => {
    expect(readSearchTerm(toAttemptId(id, 3))).toEqual({ kind: 'attempt', deliveryId: id, number: 3 });
  });

  it.each(['evt_', 'evt_nonsense', 'att_1', 'dlv_zzzzzzzzzzzzzzzzzzzzzzzzzz', '', '   '])(
    'looks for nothing by %j, which no word of an owner may look like',
    (text) => expect(readSearchTerm(text)).toEqual({ kind: 'nothing' }),
  );

  it('takes what a uid may be for a uid, and other words not', () => {
    expect(readSearchTerm('shop-1')).toMatchObject({ kind: 'words', text: 'shop-1', uid: 'shop-1' });
    expect(readSearchTerm('order/4711')).toMatchObject({ kind: 'words', text: 'order/4711', uid: null });
    expect(readSearchTerm('Acme & Söhne')).toMatchObject({ uid: null, urls: [] });
  });

  it.each([
    ['https://Hooks.Example.com/A', ['https://hooks.example.com/a']],
    ['hooks.example.com', ['https://hooks.example.com', 'http://hooks.example.com']],
    ['localhost:8080/x', ['https://localhost:8080/x', 'http://localhost:8080/x']],
    ['[::1]:80', ['https://[::1]:80', 'http://[::1]:80']],
    ['order/4711', []],
    ['acme', []],
    ['two words.example.com', []],
  ])('reads %j as the beginning of the URLs %j', (text, urls) => {
    expect(readSearchTerm(text)).toMatchObject({ urls });
  });
});
