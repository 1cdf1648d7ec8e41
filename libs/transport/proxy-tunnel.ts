import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIPv6, type Socket } from 'node:net';
import { DialError } from './dial-error.js';

export interface ProxyTarget {
  hostname: string;
  port: number;
  secure: boolean;
  /** The value of the Proxy-Authorization header, or null. */
  authorization: string | null;
}

/** Takes `http://user:password@proxy.example:3128` apart. Throws on anything but an http(s) URL, naming what is wrong. */
export function parseProxy(url: string): ProxyTarget {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (!parsed || (parsed.protocol !== 'http:' && parsed.protocol !== 'https:')) {
    // The URL itself stays out of the message: it may hold a password.
    throw new Error('the egress proxy must be an http:// or https:// URL');
  }
  const secure = parsed.protocol === 'https:';
  const user = `${decodeURIComponent(parsed.username)}:${decodeURIComponent(parsed.password)}`;
  return {
    hostname: parsed.hostname.replace(/^\[|\]$/g, ''),
    port: Number(parsed.port) || (secure ? 443 : 80),
    secure,
    authorization: user === ':' ? null : `Basic ${Buffer.from(user).toString('base64')}`,
  };
}

/**
 * Asks an HTTP proxy for a tunnel to `address:port` (CONNECT, RFC 9110 section 9.3.6). Answers with the function that
 * gives up; after it was called, the callback may still come once, with an error.
 */
export function openTunnel(
  proxy: ProxyTarget,
  address: string,
  port: number,
  callback: (error: DialError | null, socket: Socket | null) => void,
): () => void {
  const authority = `${isIPv6(address) ? `[${address}]` : address}:${port}`;
  const headers: Record<string, string> = { host: authority };
  if (proxy.authorization !== null) headers['proxy-authorization'] = proxy.authorization;
  const request = (proxy.secure ? requestHttps : requestHttp)({
    method: 'CONNECT',
    host: proxy.hostname,
    port: proxy.port,
    path: authority,
    headers,
    agent: false,
  });
  let isSettled = false;
  const settle = (error: DialError | null, socket: Socket | null) => {
    if (isSettled) socket?.destroy();
    else {
      isSettled = true;
      callback(error, socket);
    }
  };
  const refuse = (status: number | undefined) =>
    settle(new DialError('proxy', `The egress proxy refused a tunnel to ${authority} with ${status}.`), null);
  request.once('connect', (response, socket, head) => {
    // Any 2xx means that the tunnel is open (RFC 9110 section 9.3.6).
    if (response.statusCode === undefined || response.statusCode < 200 || response.statusCode > 299) {
      socket.destroy();
      return refuse(response.statusCode);
    }
    if (head.length > 0) socket.unshift(head);
    settle(null, socket);
  });
  request.once('response', (response) => {
    response.destroy();
    refuse(response.statusCode);
  });
  request.on('error', (error: NodeJS.ErrnoException) => {
    settle(
      new DialError('proxy', `The egress proxy cannot be used: ${error.code ?? error.message}.`, { cause: error }),
      null,
    );
  });
  request.end();
  return () => request.destroy();
}
