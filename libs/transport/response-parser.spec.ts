import { describe, expect, it } from 'vitest';
import type { Failure } from './failure.js';
import type { ResponseHead } from './response-head.js';
import { ResponseParser, type ResponseReader } from './response-parser.js';

/** Keeps what it is told. */
class Listener implements ResponseReader {
  head: ResponseHead | null = null;
  headCount = 0;
  body = '';
  ended: 'may go on' | 'must close' | null = null;
  failure: Failure | null = null;

  get isOver(): boolean {
    return this.ended !== null || this.failure !== null;
  }

  onHead(head: ResponseHead): void {
    this.head = head;
    this.headCount++;
  }

  onBody(bytes: Buffer, start: number, end: number): void {
    this.body += bytes.toString('latin1', start, end);
  }

  onEnd(mayGoOn: boolean): void {
    if (this.isOver) expect.unreachable('it ended twice');
    this.ended = mayGoOn ? 'may go on' : 'must close';
  }

  onFailure(failure: Failure): void {
    if (this.isOver) expect.unreachable('it ended twice');
    this.failure = failure;
  }
}

/** As on a real connection, every read goes into the same buffer, in which older bytes stand behind the new ones. */
const buffer = Buffer.alloc(128 * 1024, '?');

/** One answer, coming in these pieces. */
function read(pieces: readonly string[], isClosed: boolean, parser = new ResponseParser()): Listener {
  const listener = new Listener();
  parser.begin(listener);
  for (const piece of pieces) {
    // As on a connection: what comes when nothing is awaited spoils it.
    if (listener.isOver) {
      if (listener.ended) listener.ended = 'must close';
      break;
    }
    parser.read(buffer, buffer.write(piece, 0, 'latin1'));
    buffer.fill('?', 0, piece.length);
  }
  if (isClosed && !listener.isOver) parser.finish();
  return listener;
}

/** Whole, byte by byte, and cut in two at every position: it must never matter. */
function inEveryWay(bytes: string, isClosed: boolean): Listener[] {
  const cuts = Array.from({ length: Math.max(bytes.length - 1, 0) }, (_, i) => [
    bytes.slice(0, i + 1),
    bytes.slice(i + 1),
  ]);
  return [[bytes], bytes.split(''), ...cuts].map((pieces) => read(pieces, isClosed));
}

interface Answer {
  status: number;
  body?: string;
  headers?: Record<string, string | string[]>;
  /** Whether the connection may be used again; true where nothing is said. */
  mayGoOn?: boolean;
  /** The receiver closes after these bytes. */
  isClosed?: boolean;
}

const ok = 'HTTP/1.1 200 OK\r\n';
const early = 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\ncontent-length: 7\r\n\r\n';

const answers: [what: string, bytes: string, answer: Answer][] = [
  // Status line: RFC 9112 section 4.
  ['an answer without a body', `${ok}content-length: 0\r\n\r\n`, { status: 200, headers: { 'content-length': '0' } }],
  ['no reason', 'HTTP/1.1 200 \r\ncontent-length: 0\r\n\r\n', { status: 200 }],
  ['no reason and no space before it', 'HTTP/1.1 200\r\ncontent-length: 0\r\n\r\n', { status: 200 }],
  ['a reason in latin1', 'HTTP/1.1 404 Pas trouv\xe9\r\ncontent-length: 0\r\n\r\n', { status: 404 }],
  ['a status nobody knows', 'HTTP/1.1 799 x\r\ncontent-length: 0\r\n\r\n', { status: 799 }],
  ['a later minor version', 'HTTP/1.2 200 OK\r\ncontent-length: 0\r\n\r\n', { status: 200 }],
  ['lines that end in LF alone', 'HTTP/1.1 200 OK\ncontent-length: 2\na: b\n\nok', { status: 200, body: 'ok' }],
  ['lines that end either way', 'HTTP/1.1 200 OK\ncontent-length: 2\r\n\nok', { status: 200, body: 'ok' }],
  // Header fields: RFC 9112 section 5, RFC 9110 section 5.
  [
    'names in any case, space around values, and values with colons',
    `${ok}Content-LENGTH:0\r\nA: \t b:c \t\r\nempty:\r\n\r\n`,
    { status: 200, headers: { 'content-length': '0', a: 'b:c', empty: '' } },
  ],
  [
    'repeated headers',
    `${ok}content-length: 0\r\nA: 1\r\na: 2\r\nA: 3\r\n\r\n`,
    { status: 200, headers: { 'content-length': '0', a: ['1', '2', '3'] } },
  ],
  [
    'values of bytes beyond ASCII, kept one for one',
    `${ok}content-length: 0\r\na: \xa0\xfc\xa0\r\n\r\n`,
    { status: 200, headers: { 'content-length': '0', a: '\xa0\xfc\xa0' } },
  ],
  [
    'folded lines',
    `${ok}content-length: 0\r\na: one\r\n  two\r\n\tthree\r\nb:\r\n four\r\n\r\n`,
    { status: 200, headers: { 'content-length': '0', a: 'one two three', b: 'four' } },
  ],
  [
    'headers that are called like parts of an object',
    `${ok}content-length: 0\r\n__proto__: x\r\nconstructor: y\r\nerror: z\r\n\r\n`,
    { status: 200, headers: { 'content-length': '0', ['__proto__']: 'x', constructor: 'y', error: 'z' } },
  ],
  // Bodies with a length: RFC 9112 section 6.3.
  ['a length', `${ok}content-length: 5\r\n\r\nhello`, { status: 200, body: 'hello' }],
  [
    'a body that looks like a head',
    `${ok}content-length: 8\r\n\r\na\r\n\r\nb\n\n`,
    { status: 200, body: 'a\r\n\r\nb\n\n' },
  ],
  ['a length with zeros before it', `${ok}content-length: 0002\r\n\r\nok`, { status: 200, body: 'ok' }],
  ['the same length twice', `${ok}content-length: 2\r\ncontent-length: 2\r\n\r\nok`, { status: 200, body: 'ok' }],
  ['the same length in a list', `${ok}content-length: 2 , 2\r\n\r\nok`, { status: 200, body: 'ok' }],
  ['no length at all', `${ok}\r\nto the end`, { status: 200, body: 'to the end', mayGoOn: false, isClosed: true }],
  ['no length and nothing', `${ok}\r\n`, { status: 200, mayGoOn: false, isClosed: true }],
  // What never has a body: RFC 9110 sections 15.2, 15.3.5 and 15.4.5.
  ['204', 'HTTP/1.1 204 No Content\r\n\r\n', { status: 204 }],
  ['204 with a length', 'HTTP/1.1 204 No Content\r\ncontent-length: 5\r\n\r\n', { status: 204 }],
  ['204 with a body', 'HTTP/1.1 204 No Content\r\ncontent-length: 5\r\n\r\nhello', { status: 204, mayGoOn: false }],
  ['304 with a length', 'HTTP/1.1 304 Not Modified\r\ncontent-length: 5\r\n\r\n', { status: 304 }],
  ['304 in chunks', 'HTTP/1.1 304 x\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n', { status: 304, mayGoOn: false }],
  ['an informational answer first', `${early}${ok}content-length: 2\r\n\r\nok`, { status: 200, body: 'ok' }],
  ['many of them', `${early.repeat(5)}HTTP/1.1 100\r\n\r\n${ok}content-length: 0\r\n\r\n`, { status: 200 }],
  // Chunks: RFC 9112 section 7.1.
  [
    'chunks',
    `${ok}transfer-encoding: chunked\r\n\r\n3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n`,
    { status: 200, body: 'abc0123456789' },
  ],
  [
    'chunks that hold line ends',
    `${ok}transfer-encoding: chunked\r\n\r\n4\r\n\r\n\r\n\r\n0\r\n\r\n`,
    { status: 200, body: '\r\n\r\n' },
  ],
  ['an empty body in chunks', `${ok}transfer-encoding: chunked\r\n\r\n0\r\n\r\n`, { status: 200 }],
  [
    'sizes with zeros, in capitals, padded',
    `${ok}transfer-encoding: chunked\r\n\r\n00B \t\r\nhello world\r\n000\r\n\r\n`,
    { status: 200, body: 'hello world' },
  ],
  [
    'extensions',
    `${ok}transfer-encoding: chunked\r\n\r\n2;a=b;c="d"\r\nok\r\n0 ;last\r\n\r\n`,
    { status: 200, body: 'ok' },
  ],
  [
    'trailers',
    `${ok}transfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nstatus: 500\r\nb: c\r\n\r\n`,
    { status: 200, body: 'ok' },
  ],
  ['Chunked, in capitals', `${ok}Transfer-Encoding: CHUNKED\r\n\r\n1\r\na\r\n0\r\n\r\n`, { status: 200, body: 'a' }],
  [
    'a coding below chunks',
    `${ok}transfer-encoding: gzip, chunked\r\n\r\n1\r\na\r\n0\r\n\r\n`,
    { status: 200, body: 'a' },
  ],
  [
    'codings over two headers',
    `${ok}transfer-encoding: gzip\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n`,
    { status: 200, body: 'a' },
  ],
  [
    'chunks and a length: chunks win',
    `${ok}content-length: 3\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n`,
    { status: 200, body: 'a', mayGoOn: false },
  ],
  [
    'chunked, twice',
    `${ok}transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n`,
    { status: 200, body: 'a', mayGoOn: false },
  ],
  [
    'another coding only',
    `${ok}transfer-encoding: gzip\r\n\r\nzzz`,
    { status: 200, body: 'zzz', mayGoOn: false, isClosed: true },
  ],
  [
    'another coding above chunks',
    `${ok}transfer-encoding: chunked, gzip\r\n\r\nzzz`,
    { status: 200, body: 'zzz', mayGoOn: false, isClosed: true },
  ],
  [
    'another coding and a length',
    `${ok}transfer-encoding: x\r\ncontent-length: 1\r\n\r\nzzz`,
    { status: 200, body: 'zzz', mayGoOn: false, isClosed: true },
  ],
  // Whether the connection goes on: RFC 9112 section 9.3.
  ['close', `${ok}connection: close\r\ncontent-length: 2\r\n\r\nok`, { status: 200, body: 'ok', mayGoOn: false }],
  [
    'close among other options',
    `${ok}connection: x, Close\r\ncontent-length: 0\r\n\r\n`,
    { status: 200, mayGoOn: false },
  ],
  [
    'close in a second header',
    `${ok}connection: keep-alive\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`,
    { status: 200, mayGoOn: false },
  ],
  ['HTTP/1.0', 'HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nok', { status: 200, body: 'ok', mayGoOn: false }],
  [
    'HTTP/1.0 without a length',
    'HTTP/1.0 200 OK\r\n\r\nold',
    { status: 200, body: 'old', mayGoOn: false, isClosed: true },
  ],
  [
    'HTTP/1.0 with keep-alive',
    'HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\ncontent-length: 2\r\n\r\nok',
    { status: 200, body: 'ok' },
  ],
  [
    'HTTP/1.0 in chunks',
    'HTTP/1.0 200 OK\r\nconnection: keep-alive\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n',
    { status: 200, body: 'a', mayGoOn: false },
  ],
  ['bytes after a body', `${ok}content-length: 2\r\n\r\nok!`, { status: 200, body: 'ok', mayGoOn: false }],
  [
    'bytes after an answer without a body',
    `${ok}content-length: 0\r\n\r\nHTTP/1.1 500 x\r\n\r\n`,
    { status: 200, mayGoOn: false },
  ],
  ['bytes after chunks', `${ok}transfer-encoding: chunked\r\n\r\n0\r\n\r\n\r\n`, { status: 200, mayGoOn: false }],
];

const chunked = `${ok}transfer-encoding: chunked\r\n\r\n`;

const failures: [what: string, bytes: string, error: RegExp, isClosed?: boolean][] = [
  ['another protocol, which then waits', 'SSH-2.0-OpenSSH_9.6', /status line/],
  ['HTTP/2', '\0\0\x12\x04\0\0\0\0\0', /status line/],
  ['an empty line first', `\r\n${ok}\r\n`, /status line/],
  ['a space first', ` ${ok}\r\n`, /status line/],
  ['HTTP in small letters', 'http/1.1 200 OK\r\n\r\n', /status line/],
  ['HTTP/2.0', 'HTTP/2.0 200 OK\r\n\r\n', /status line/],
  ['two digits after the point', 'HTTP/1.10 200 OK\r\n\r\n', /status line/],
  ['two digits of status', 'HTTP/1.1 20 OK\r\n\r\n', /status line/],
  ['four digits of status', 'HTTP/1.1 2000 OK\r\n\r\n', /status line/],
  ['status 000', 'HTTP/1.1 000 OK\r\n\r\n', /status line/],
  ['no status', 'HTTP/1.1 OK\r\n\r\n', /status line/],
  ['two spaces before the status', 'HTTP/1.1  200 OK\r\n\r\n', /status line/],
  ['status and reason as one', 'HTTP/1.1 200OK\r\n\r\n', /status line/],
  ['switching protocols', 'HTTP/1.1 101 x\r\nupgrade: h2c\r\n\r\n', /switches protocols/],
  ['a header without a colon', `${ok}nothing\r\n\r\n`, /header line/],
  ['a header without a name', `${ok}: value\r\n\r\n`, /header line/],
  ['a space before the colon', `${ok}content-length : 0\r\n\r\n`, /header line/],
  ['a name that is no token', `${ok}a(b): 0\r\n\r\n`, /header line/],
  ['a name beyond ASCII', `${ok}\xfc: 0\r\n\r\n`, /header line/],
  ['a fold before any header', `${ok} a: b\r\n\r\n`, /header line/],
  ['NUL in a header', `${ok}a: b\0c\r\n\r\n`, /NUL/],
  ['CR in a header', `${ok}a: b\rcontent-length: 0\r\n\r\n`, /bare CR/],
  ['CR before an end of line', `${ok}a: b\r\r\n\r\n`, /bare CR/],
  ['NUL in the reason', 'HTTP/1.1 200 \0\r\n\r\n', /NUL/],
  ['a negative length', `${ok}content-length: -1\r\n\r\n`, /not a number/],
  ['a length with a sign', `${ok}content-length: +1\r\n\r\n`, /not a number/],
  ['a hexadecimal length', `${ok}content-length: 0x1\r\n\r\n`, /not a number/],
  ['a length of no digits', `${ok}content-length:\r\n\r\n`, /not a number/],
  ['a length in two pieces', `${ok}content-length: 1\r\n 2\r\n\r\n`, /not a number/],
  ['a length beyond all numbers', `${ok}content-length: 99999999999999999999\r\n\r\n`, /too large/],
  ['two lengths', `${ok}content-length: 1\r\ncontent-length: 2\r\n\r\n`, /two different/],
  ['two lengths in a list', `${ok}content-length: 1, 2\r\n\r\n`, /two different/],
  ['chunked with parameters', `${ok}transfer-encoding: chunked;q=1\r\n\r\n`, /parameters/],
  ['a chunk without a size', `${chunked}\r\nab\r\n`, /chunk/],
  ['a size that is no number, and a line without an end', `${chunked}hello`, /chunk/],
  ['a size that is no number', `${chunked}1x\r\n`, /valid size/],
  ['a negative size', `${chunked}-1\r\n`, /chunk/],
  ['a size with 0x', `${chunked}0x1\r\n`, /valid size/],
  ['a size beyond all numbers', `${chunked}${'f'.repeat(16)}\r\n`, /valid size/],
  ['a size that would wrap to a small one', `${chunked}10000000000000001\r\n`, /valid size/],
  ['a size and then something else', `${chunked}1 2\r\n`, /valid size/],
  ['an LF alone after a size', `${chunked}1\na\r\n0\r\n\r\n`, /CRLF/],
  ['a CR in an extension', `${chunked}1;a\rb\r\na\r\n0\r\n\r\n`, /CRLF/],
  ['more data than the size says', `${chunked}2\r\nabc`, /chunk/],
  ['an LF alone after the last chunk', `${chunked}0\r\n\n`, /CRLF/],
  // Cut off: RFC 9112 section 8.
  ['nothing', '', /before answering/, true],
  ['half a status line', 'HTTP/1.1 2', /in the middle of the answer/, true],
  ['a head without an end', `${ok}content-length: 0\r\n`, /in the middle of the answer/, true],
  ['an informational answer only', early, /in the middle of the answer/, true],
  ['a part of a body', `${ok}content-length: 10\r\n\r\nshort`, /in the middle of the answer/, true],
  ['a part of a body, as announced', `${ok}connection: close\r\ncontent-length: 10\r\n\r\nshort`, /not as long/, true],
  ['a part of a chunk', `${chunked}5\r\nab`, /in the middle of the answer/, true],
  ['no last chunk', `${chunked}2\r\nab\r\n`, /in the middle of the answer/, true],
  ['no end of trailers', `${chunked}0\r\n`, /in the middle of the answer/, true],
];

describe(ResponseParser.name, () => {
  it.each(answers)('reads %s, however it is cut', (_what, bytes, answer) => {
    for (const listener of inEveryWay(bytes, answer.isClosed ?? false)) {
      expect(listener.failure).toBeNull();
      expect(listener.headCount).toBe(1);
      expect(listener.head?.statusCode).toBe(answer.status);
      expect(listener.body).toBe(answer.body ?? '');
      expect(listener.ended).toBe(answer.mayGoOn === false ? 'must close' : 'may go on');
      if (answer.headers) expect(Object.entries(listener.head?.headers ?? {})).toEqual(Object.entries(answer.headers));
    }
  });

  it.each(failures)('refuses %s, however it is cut', (_what, bytes, error, isClosed = false) => {
    for (const { failure, ended } of inEveryWay(bytes, isClosed)) {
      expect(ended).toBeNull();
      expect(failure?.error).toMatch(error);
      expect(failure?.errorCode).toBe(/closed the connection/.test(failure?.error ?? '') ? 'reset' : 'protocol');
    }
  });

  it('hears no more once an answer has ended', () => {
    const parser = new ResponseParser();
    const listener = read([`${ok}content-length: 0\r\n\r\n`], false, parser);
    parser.read(Buffer.from('HTTP/1.1 500 x\r\n\r\n'), 18);
    parser.finish();
    expect(listener).toMatchObject({ headCount: 1, ended: 'may go on', failure: null });
  });

  it('knows how long the receiver keeps the connection', () => {
    const headAfter = (hint: string) => read([`${ok}content-length: 0\r\nkeep-alive: ${hint}\r\n\r\n`], false).head;
    expect(headAfter('timeout=5, max=100')?.keptAliveMs).toBe(5_000);
    expect(headAfter('max=100, Timeout=7')?.keptAliveMs).toBe(7_000);
    expect(headAfter('timeout=0')?.keptAliveMs).toBe(0);
    for (const hint of ['', 'max=100', 'timeout=soon', 'timeout=-1', 'timeout=99999999999']) {
      expect(headAfter(hint)?.keptAliveMs).toBeNull();
    }
  });
});

describe(`${ResponseParser.name}: limits`, () => {
  const kib = 1024;
  const filler = (bytes: number) => `x: ${'a'.repeat(bytes)}\r\n`;

  it('takes 64 KiB of headers, and no byte more', () => {
    const rest = `${ok}content-length: 0\r\nx: \r\n\r\n`.length;
    const withHead = (bytes: number) => [`${ok}content-length: 0\r\n${filler(bytes - rest)}\r\n`];
    expect(read(withHead(64 * kib), false).ended).toBe('may go on');
    expect(read(withHead(64 * kib + 1), false).failure?.error).toBe('The answer has more than 64 KiB of headers.');
  });

  it('does not wait for the end of a head that is too large', () => {
    const pieces = [ok, ...Array.from({ length: 70 }, () => filler(kib))];
    expect(read(pieces, false).failure?.error).toBe('The answer has more than 64 KiB of headers.');
  });

  it('ends a flood of tiny chunks', () => {
    const withChunks = (count: number) => read([chunked, '1\r\na\r\n'.repeat(count), '0\r\n\r\n'], false);
    expect(withChunks(16 * kib - 1).ended).toBe('may go on');
    expect(withChunks(16 * kib).failure?.error).toContain('it has more than 16,384 chunks');
  });

  it('ends a flood of informational answers', () => {
    const pieces = Array.from({ length: 2_000 }, () => early);
    expect(read(pieces, false).failure?.error).toBe('The answer has more than 64 KiB of headers.');
    const listener = read([`${early.repeat(100)}${ok}content-length: 0\r\n\r\n`], false);
    expect(listener.head?.statusCode).toBe(200);
  });

  it.each([
    ['extensions', `${chunked}1;${'e'.repeat(70 * kib)}`],
    ['small extensions', `${chunked}${`1;${'e'.repeat(kib)}\r\na\r\n`.repeat(70)}`],
    ['trailers', `${chunked}0\r\n${filler(kib).repeat(70)}`],
    ['zeros before a size', `${chunked}${'0'.repeat(70 * kib)}`],
  ])('ends endless %s', (_what, bytes) => {
    expect(read([bytes], false).failure?.errorCode).toBe('protocol');
    expect(read(bytes.match(/.{1,50}/gs) ?? [], false).failure?.errorCode).toBe('protocol');
  });

  it('reads 64 KiB of any one character in little time', () => {
    const started = performance.now();
    for (const character of [' ', '\t', ':', ',', ';', '\r', '\n', 'a', '0', '\0', '\xff', 'a:\n', ' \n', 'a: ,']) {
      const filling = character.repeat((60 * kib) / character.length);
      for (const name of ['x', 'content-length', 'transfer-encoding', 'connection', 'keep-alive']) {
        read([`${ok}${name}: a${filling}b\r\n\r\n`], true);
        read([`${chunked}1;${filling}\r\n`], true);
      }
    }
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});

describe(`${ResponseParser.name}: the last head`, () => {
  const answer = (headers: string, body = '') => `${ok}${headers}content-length: ${body.length}\r\n\r\n${body}`;

  function readInTurn(...answersInTurn: string[]): Listener[] {
    const parser = new ResponseParser();
    return answersInTurn.map((bytes) => read([bytes], false, parser));
  }

  it('is taken apart once, and put on record once, while it stays the same', () => {
    const [first, second, third] = readInTurn(answer('a: b\r\n'), answer('a: b\r\n'), answer('a: c\r\n'));
    expect(second?.head).toBe(first?.head);
    expect(third?.head).not.toBe(first?.head);
    expect(first?.head?.headersText).toBe('{"a":"b","content-length":"0"}');
    expect(third?.head?.headersText).toBe('{"a":"c","content-length":"0"}');
  });

  it('lends nothing but itself to the next answer', () => {
    const [, second, third, fourth] = readInTurn(
      answer('a: b\r\nset-cookie: secret\r\n', 'one'),
      answer('a: b\r\n', 'two'),
      answer('a: b\r\nset-cookie: secret\r\n', 'six'),
      answer('a: b\r\nset-cookie: other\r\nretry-after: 1\r\n', 'nine'),
    );
    expect(second).toMatchObject({ body: 'two', head: { headersText: '{"a":"b","content-length":"3"}' } });
    expect(third).toMatchObject({ body: 'six' });
    expect(fourth).toMatchObject({ body: 'nine' });
    expect(fourth?.head?.headers).toMatchObject({ 'set-cookie': 'other', 'retry-after': '1' });
  });

  it('is followed by the body of this answer', () => {
    const listeners = readInTurn(answer('', 'abc'), answer('', 'def'), answer('', 'ghi'));
    expect(listeners.map(({ body, ended }) => [body, ended])).toEqual([
      ['abc', 'may go on'],
      ['def', 'may go on'],
      ['ghi', 'may go on'],
    ]);
  });

  it('is not mistaken for one that it is only the beginning of, or that comes in parts', () => {
    const parser = new ResponseParser();
    for (const bytes of [answer(''), answer('a: b\r\n'), answer('')]) {
      expect(read([bytes], false, parser)).toMatchObject({ ended: 'may go on', headCount: 1 });
      for (let cut = 1; cut < bytes.length; cut++) {
        const listener = read([bytes.slice(0, cut), bytes.slice(cut)], false, parser);
        expect(listener).toMatchObject({ ended: 'may go on', headCount: 1 });
        expect(listener.head?.first('a') ?? '').toBe(bytes.includes('a: b') ? 'b' : '');
      }
    }
  });

  it('is known behind informational answers too, which are never kept themselves', () => {
    const [first, second, third] = readInTurn(answer('a: b\r\n'), `${early}${answer('a: b\r\n')}`, answer('a: b\r\n'));
    expect(second).toMatchObject({ headCount: 1, ended: 'may go on' });
    expect(second?.head).toBe(first?.head);
    expect(third?.head).toBe(first?.head);
  });

  it('chunks anew every time', () => {
    const listeners = readInTurn(
      `${chunked}1\r\na\r\n0\r\n\r\n`,
      `${chunked}2\r\nbc\r\n0\r\n\r\n`,
      `${chunked}0\r\n\r\n`,
    );
    expect(listeners.map(({ body, ended }) => [body, ended])).toEqual([
      ['a', 'may go on'],
      ['bc', 'may go on'],
      ['', 'may go on'],
    ]);
  });
});
