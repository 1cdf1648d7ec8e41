import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ResponseParser, type ResponseReader } from './response-parser.js';

/** What a reader was told of one answer, as plain data. */
interface Told {
  statusCode: number | null;
  body: string;
  end: string | null;
}

/** Reads one answer that comes in these pieces, and then the end of the connection. */
function read(pieces: readonly Buffer[], parser = new ResponseParser()): Told {
  const told: Told = { statusCode: null, body: '', end: null };
  const over = (end: string): void => {
    if (told.end !== null) expect.unreachable(`it ended twice: ${told.end}, ${end}`);
    told.end = end;
  };
  const reader: ResponseReader = {
    onHead: ({ statusCode }) => {
      if (told.statusCode !== null) expect.unreachable('it had two heads');
      told.statusCode = statusCode;
    },
    onBody: (bytes, start, end) => {
      if (told.end !== null) expect.unreachable('the body went on after the end');
      told.body += bytes.toString('latin1', start, end);
    },
    onEnd: () => over('complete'),
    // In which words may depend on how much of a bad line has come.
    onFailure: ({ errorCode }) => over(errorCode),
  };
  parser.begin(reader);
  for (const piece of pieces) if (told.end === null) parser.read(piece, piece.length);
  if (told.end === null) parser.finish();
  return told;
}

/** Parts of which answers are made, so that many that come out are nearly right. */
const part = fc.oneof(
  fc.constantFrom(
    'HTTP/1.1 200 OK\r\n',
    'HTTP/1.0 200 OK\r\n',
    'HTTP/1.1 100 Continue\r\n\r\n',
    'HTTP/1.1 204 No Content\r\n',
    'HTTP/1.1 500 \n',
    'HTTP/1.',
    'content-length: 5\r\n',
    'content-length: 0\r\n',
    'content-length: 5, 5\r\n',
    'transfer-encoding: chunked\r\n',
    'transfer-encoding: gzip, chunked\r\n',
    'connection: close\r\n',
    'keep-alive: timeout=5\r\n',
    ' folded\r\n',
    '\r\n',
    '\n',
    '\r',
    '5\r\nhello\r\n',
    '0\r\n\r\n',
    'a;ext=1\r\n',
    'ffffffffffffffffff\r\n',
    'hello',
    '\0',
  ),
  fc.string({ unit: 'binary', maxLength: 8 }),
);
const answer = fc.array(part, { maxLength: 12 }).map((parts) => Buffer.from(parts.join(''), 'latin1'));
/** Mostly one that begins well. */
const likelyAnswer = answer.map((bytes) => Buffer.concat([Buffer.from('HTTP/1.1 200 OK\r\n'), bytes]));

function cutAt(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const at = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  return [...at, bytes.length].map((end, index) => bytes.subarray(at[index - 1] ?? 0, end));
}

describe(`${ResponseParser.name}, whatever comes`, () => {
  it('never throws, and comes to exactly one end', () => {
    const anyBytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
      answer,
      likelyAnswer,
    );
    fc.assert(
      fc.property(fc.array(anyBytes, { maxLength: 5 }), (pieces) => {
        expect(read(pieces).end).not.toBeNull();
      }),
      { numRuns: 5_000 },
    );
  });

  it('understands the same, wherever the bytes are cut', () => {
    fc.assert(
      fc.property(fc.oneof(answer, likelyAnswer), fc.array(fc.nat(), { maxLength: 6 }), (bytes, cuts) => {
        expect(read(cutAt(bytes, cuts))).toEqual(read([bytes]));
      }),
      { numRuns: 5_000 },
    );
  });

  it('understands the same when every byte comes alone', () => {
    fc.assert(
      fc.property(fc.oneof(answer, likelyAnswer), (bytes) => {
        expect(read([...bytes].map((byte) => Buffer.from([byte])))).toEqual(read([bytes]));
      }),
      { numRuns: 1_000 },
    );
  });

  it('understands an answer the same, whatever came over the connection before', () => {
    fc.assert(
      fc.property(likelyAnswer, likelyAnswer, (before, bytes) => {
        const parser = new ResponseParser();
        read([before], parser);
        expect(read([bytes], parser)).toEqual(read([bytes]));
      }),
      { numRuns: 3_000 },
    );
  });
});
