import { describe, expect, it } from 'vitest';
import { PosthornError } from '#kernel';
import { readActorHeader } from './acting.js';

const asNodeReads = (text: string): string => Buffer.from(text).toString('latin1');

describe(readActorHeader, () => {
  it.each([
    [undefined, null],
    ['', null],
    ['  ', null],
    ['jane@example.com', 'jane@example.com'],
    [' jane ', 'jane'],
    [asNodeReads('Zoë 日本'), 'Zoë 日本'],
    ['Zo\xeb', 'Zoë'],
    ['x'.repeat(256), 'x'.repeat(256)],
    [asNodeReads('ü'.repeat(256)), 'ü'.repeat(256)],
    [['a', 'b'], 'a, b'],
  ])('reads %j as %j', (header, actor) => {
    expect(readActorHeader(header)).toBe(actor);
  });

  it.each(['x'.repeat(257), 'a\tb', 'a\x7fb', asNodeReads('a\u0085b')])('refuses %j', (header) => {
    expect(() => readActorHeader(header)).toThrow(PosthornError);
  });
});
