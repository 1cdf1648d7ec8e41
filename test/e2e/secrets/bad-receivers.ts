import type { Receiver } from '../../support/receiver.js';

/** Ways to fail that need nothing but a receiver's behaviour, by the error code that comes of it. */
export const FAILURES: Readonly<Record<string, (receiver: Receiver) => void>> = {
  status: (receiver) => receiver.answer(500),
  timeout: (receiver) => receiver.hang(),
  reset: (receiver) => receiver.answer((request) => request.socket.resetAndDestroy()),
  protocol: (receiver) =>
    receiver.answer((request) => request.socket.end(`SPDY/9 ${JSON.stringify(request.headers)}\r\n\r\n`)),
  body_too_large: (receiver) => receiver.endlessBody(),
};

/** Answers with what it got, in its headers and its body. */
export function repeatEverything(receiver: Receiver, status: number): void {
  receiver.answer((request, response) => {
    const got = Object.entries(request.headers).map(([name, value]) => [`x-got-${name}`, value]);
    response.writeHead(status, Object.fromEntries(got)).end(JSON.stringify(request.headers));
  });
}
