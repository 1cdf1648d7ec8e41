import type { Socket } from 'node:net';

const unaskedContinue = Buffer.from('HTTP/1.1 100');
const endOfHead = Buffer.from('\r\n\r\n');
const two = 0x32;

/**
 * A receiver may send "100 Continue" without having been asked, and a client must be able to take it (RFC 9110, section
 * 15.2); some old servers do. undici cuts the connection then, while it ignores every other 1xx. So the answers
 * that come out of this socket have such a 100 turned into a 102 before undici reads them.
 */
export function tolerateContinue(socket: Socket): void {
  const read = socket.read.bind(socket);
  socket.read = (size?: number): unknown => {
    const chunk: unknown = read(size);
    if (chunk instanceof Buffer && isContinueAt(chunk, 0)) rewriteContinues(chunk);
    return chunk;
  };
}

function rewriteContinues(chunk: Buffer): void {
  for (let at = 0; isContinueAt(chunk, at); ) {
    chunk[at + unaskedContinue.length - 1] = two;
    const end = chunk.indexOf(endOfHead, at);
    if (end === -1) return;
    at = end + endOfHead.length;
  }
}

function isContinueAt(chunk: Buffer, at: number): boolean {
  const end = at + unaskedContinue.length;
  // Its last digits are what tells it from other answers, so nearly every look ends at the first comparison.
  return chunk[end - 1] === 0x30 && chunk[end - 3] === 0x31 && chunk.subarray(at, end).equals(unaskedContinue);
}
