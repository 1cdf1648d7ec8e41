import { lookup } from 'node:dns/promises';
import { connect } from 'node:net';
import type { Config } from '#config';
import { reasonOf } from '#kernel';
import { AddressPolicy } from '#transport';
import { type Finding, fail, ok, warn } from './finding.js';

const CONNECT_TIMEOUT_MS = 3_000;

/** The way out: what is let through beside public addresses, and whether the proxy is there. */
export async function checkEgress({ egress }: Config): Promise<Finding[]> {
  const findings = [checkGuard(egress)];
  if (egress.proxy !== null) findings.push(await checkProxy(new URL(egress.proxy)));
  return findings;
}

function checkGuard(egress: Config['egress']): Finding {
  const policy = new AddressPolicy(egress);
  const open = ['127.0.0.1', '169.254.169.254', '10.0.0.1', '192.168.0.1'].filter(
    (ip) => policy.checkAddress(ip) === null,
  );
  const http = egress.allowHttp ? '; http:// URLs are accepted (POSTHORN_ALLOW_HTTP)' : '';
  if (open.length === 0 && !egress.allowHttp) return ok('egress', 'only public addresses over https can be reached');
  const reach =
    open.length === 0 ? 'only public addresses' : `addresses that are not public (such as ${open.join(', ')})`;
  return warn('egress', `endpoints may reach ${reach}${http}`);
}

async function checkProxy(proxy: URL): Promise<Finding> {
  const port = Number(proxy.port) || (proxy.protocol === 'https:' ? 443 : 80);
  const where = `${proxy.hostname}:${port}`;
  try {
    await lookup(proxy.hostname);
    await reach(proxy.hostname, port);
    return ok('egress proxy', `${where} takes connections`);
  } catch (error) {
    return fail('egress proxy', `${where} cannot be reached (${reasonOf(error)}): see POSTHORN_EGRESS_PROXY.`);
  }
}

function reach(host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, timeout: CONNECT_TIMEOUT_MS });
    const end = (settle: () => void): void => {
      socket.destroy();
      settle();
    };
    socket.once('connect', () => end(resolve));
    socket.once('timeout', () => end(() => reject(new Error('no answer in time'))));
    socket.once('error', (error) => end(() => reject(error)));
  });
}
