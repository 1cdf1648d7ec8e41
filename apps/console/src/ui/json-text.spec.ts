import { describe, expect, it } from 'vitest';
import { layOutJson, memberText, prettyJson } from './json-text.js';

describe(prettyJson, () => {
  it('keeps every digit of a number', () => {
    expect(prettyJson('{"a":12345678901234567890,"b":[1.0]}')).toBe(
      '{\n  "a": 12345678901234567890,\n  "b": [\n    1.0\n  ]\n}',
    );
  });

  it('leaves what is empty on one line, and what is no JSON alone', () => {
    expect(prettyJson('{"a":{},"b":[]}')).toBe('{\n  "a": {},\n  "b": []\n}');
    expect(prettyJson('<html>')).toBe('<html>');
  });

  it('is not led astray by marks inside of strings', () => {
    expect(prettyJson('{"a,{":"}\\"]"}')).toBe('{\n  "a,{": "}\\"]"\n}');
  });
});

describe(layOutJson, () => {
  it('tells keys from strings', () => {
    const kinds = layOutJson('{"a":"b"}')?.filter(({ kind }) => kind === 'key' || kind === 'string');
    expect(kinds).toEqual([
      { kind: 'key', text: '"a"' },
      { kind: 'string', text: '"b"' },
    ]);
  });
});

describe(memberText, () => {
  it('finds a member as it was written, and only at the top', () => {
    const text = '{"x":{"data":1},"data":{"n":12345678901234567890, "s":"a,b}"},"y":2}';
    expect(memberText(text, 'data')).toBe('{"n":12345678901234567890, "s":"a,b}"}');
    expect(memberText(text, 'y')).toBe('2');
    expect(memberText(text, 'n')).toBeNull();
  });

  it('does not take a value for the name', () => {
    expect(memberText('{"a":"data","data":[1]}', 'data')).toBe('[1]');
  });
});
