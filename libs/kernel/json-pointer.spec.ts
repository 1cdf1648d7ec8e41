import { describe, expect, it } from 'vitest';
import { readPointer, toPointerToken } from './json-pointer.js';

describe(readPointer.name, () => {
  // The examples of RFC 6901, section 5, and what stands beside them.
  it.each<[string, string[] | null]>([
    ['', []],
    ['/foo', ['foo']],
    ['/foo/0', ['foo', '0']],
    ['/', ['']],
    ['/a~1b', ['a/b']],
    ['/c%d', ['c%d']],
    ['/k"l', ['k"l']],
    ['/ ', [' ']],
    ['/m~0n', ['m~n']],
    ['/~01', ['~1']],
    ['/a/', ['a', '']],
    ['foo', null],
    ['#/foo', null],
    ['/a~', null],
    ['/a~2', null],
  ])('reads %j as %j', (pointer, tokens) => {
    expect(readPointer(pointer)).toEqual(tokens);
  });

  it.each(['a', '', '~', '/', '~1', 'a/b~c'])('reads the name %j as it was written', (name) => {
    expect(readPointer(`/${toPointerToken(name)}`)).toEqual([name]);
  });
});
