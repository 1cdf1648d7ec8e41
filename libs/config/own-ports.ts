/** Ports of the platform's own, which no delivery may go to. */
export interface OwnPorts {
  /** Where its processes listen, on this machine. */
  readonly listening: readonly number[];
  /** Where its database and its queue are. */
  readonly servers: readonly number[];
}

const DEFAULT_PORTS: Readonly<Record<string, number>> = {
  postgres: 5432,
  postgresql: 5432,
  redis: 6379,
  rediss: 6379,
  'redis+sentinel': 26_379,
  'rediss+sentinel': 26_379,
};

/** `listening`: ports as they are configured; 0 is one that nobody knows yet. `urls`: of the servers. */
export function toOwnPorts(listening: readonly (number | null)[], urls: readonly string[]): OwnPorts {
  const known = listening.filter((port): port is number => port !== null && port !== 0);
  return { listening: unique(known), servers: unique(urls.flatMap(portsIn)) };
}

/** A URL may name several hosts: `redis://h1:6379,h2:6379/0`. */
function portsIn(url: string): number[] {
  const [, scheme = '', authority = ''] = /^([a-z+]+):\/\/([^/?#]*)/i.exec(url) ?? [];
  const fallback = DEFAULT_PORTS[scheme.toLowerCase()];
  if (fallback === undefined) return [];
  const hosts = authority.slice(authority.lastIndexOf('@') + 1).split(',');
  return hosts.map((host) => Number(/:(\d+)$/.exec(host)?.[1] ?? fallback));
}

function unique(ports: readonly number[]): number[] {
  return [...new Set(ports)];
}
