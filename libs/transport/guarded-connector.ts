import type { Socket } from 'node:net';
import { Client } from 'undici';
import { Dial, type DialTools } from './dial.js';

type Connect = Extract<Client.Options['connect'], (...args: never[]) => void>;
export type ConnectParameters = Parameters<Connect>[0];
export type ConnectCallback = (...args: [error: null, socket: Socket] | [error: Error, socket: null]) => void;

/** Makes every connection of a sender, in the shape undici wants its `connect` option. */
export class GuardedConnector {
  constructor(private readonly tools: DialTools) {}

  /** Starts connecting; the dial tells how far it has come and can be aborted. */
  dial(parameters: ConnectParameters, callback: ConnectCallback): Dial {
    const secure = parameters.protocol === 'https:';
    const port = Number(parameters.port) || (secure ? 443 : 80);
    const dial = new Dial({ hostname: parameters.hostname, port, secure }, this.tools, (error, socket) => {
      if (socket) callback(null, socket);
      else callback(error ?? new Error('the dial ended without a socket'), null);
    });
    return dial;
  }
}
