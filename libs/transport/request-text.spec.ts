import { describe, expect, it } from 'vitest';
import { Failure } from './failure.js';
import { wholeRequest, withFields } from './request-text.js';

describe('withFields', () => {
  it('adds one line for each field', () => {
    expect(
      withFields('start\r\n', ['content-type', 'text/plain', 'x-a', 'b: c', 'x-empty', '', 'x-latin1', '\xfc']),
    ).toBe('start\r\ncontent-type: text/plain\r\nx-a: b: c\r\nx-empty: \r\nx-latin1: \xfc\r\n');
  });

  it.each([
    ['a line break', 'x\r\ny'],
    ['LF', 'x\ny: z'],
    ['CR', 'x\ry'],
    ['NUL', 'x\0y'],
    ['another control character', 'x\x7fy'],
    ['a character that is not one byte', 'x€y'],
    // Their low byte is a line break: whoever writes latin1 carelessly splits the request.
    ['what would become a line break as latin1', 'x\u010d\u010ay'],
  ])('refuses %s in a value and in a name', (_what, text) => {
    expect(withFields('', ['x-bad', text])).toBeInstanceOf(Failure);
    expect(withFields('', [text, 'value'])).toBeInstanceOf(Failure);
    // The second time too: only names that may be sent are remembered.
    expect(withFields('', [text, 'value'])).toBeInstanceOf(Failure);
  });

  it.each(['', ' x', 'x ', 'x:', 'x y', 'ü'])('refuses the name "%s"', (name) => {
    expect(withFields('', [name, 'value'])).toMatchObject({ errorCode: 'protocol' });
  });

  it.each(['Content-Length', 'transfer-encoding', 'HOST', 'connection', 'Expect', 'upgrade', 'keep-alive', 'trailer'])(
    'refuses %s, which is not for others to set',
    (name) => {
      expect(withFields('', [name, '1'])).toMatchObject({ errorCode: 'protocol' });
    },
  );
});

describe('wholeRequest', () => {
  const bytesOf = (request: string | Buffer) =>
    typeof request === 'string' ? Buffer.from(request, 'latin1') : request;

  it.each([
    ['text in ASCII', '{"a":1}'],
    ['text beyond ASCII', '{"ü":"€"}'],
    ['text with a broken character', '"\ud800"'],
    ['nothing', ''],
    ['bytes', Buffer.from([0x00, 0xff, 0x0d, 0x0a])],
  ])('gives the length of %s in bytes, and then exactly these', (_what, body) => {
    const bytes = Buffer.from(body as string);
    const expected = Buffer.concat([
      Buffer.from(`start\r\nx: \xfc\r\ncontent-length: ${bytes.length}\r\n\r\n`, 'latin1'),
      bytes,
    ]);
    expect(bytesOf(wholeRequest('start\r\nx: \xfc\r\n', body))).toEqual(expected);
  });
});
