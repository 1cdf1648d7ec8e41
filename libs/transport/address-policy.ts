import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import ipaddr from 'ipaddr.js';
import {
  localNameSuffixes,
  nat64Range,
  otherProtocolPorts,
  publicIPv6Range,
  specialIPv4Ranges,
  specialIPv6Ranges,
} from './special-ranges.js';

export interface AddressPolicyOptions {
  /** CIDRs that may be reached although they are not public. */
  allow?: readonly string[];
  /** CIDRs, or host names and patterns such as `*.internal.example`, refused on top of the built-in list. Beats `allow`. */
  deny?: readonly string[];
  /** Ports of the platform's own, which stay closed on addresses that are not public, allowed or not. */
  ownPorts?: OwnPorts;
  /** Whether endpoints may have `http://` URLs. */
  allowHttp?: boolean;
}

export interface OwnPorts {
  /** Closed on this machine's addresses. */
  readonly listening: readonly number[];
  /** Closed on all of them. */
  readonly servers: readonly number[];
}

export type UrlRefusalCode =
  | 'invalid_url'
  | 'url_too_long'
  | 'url_scheme'
  | 'url_credentials'
  | 'url_port'
  | 'blocked_host'
  | 'blocked_address';

export interface UrlRefusal {
  code: UrlRefusalCode;
  /** One sentence for the person who typed the URL. */
  message: string;
}

type IPAddress = ipaddr.IPv4 | ipaddr.IPv6;
type Cidr = [IPAddress, number];
interface NamedCidr {
  cidr: Cidr;
  words: string;
}

const NO_PORTS: OwnPorts = { listening: [], servers: [] };

const maxUrlLength = 2_048;
const special4 = named(specialIPv4Ranges);
const special6 = named(specialIPv6Ranges);
const nat64 = ipaddr.parseCIDR(nat64Range);
const public6 = ipaddr.parseCIDR(publicIPv6Range);

/**
 * Decides where requests may go: pure, made once from the configuration. Only public addresses pass, whatever form they
 * are written in, unless the operator allowed them; what the operator denied never does. The constructor throws on an
 * entry that is neither a CIDR nor (for `deny`) a host pattern, and names it.
 */
export class AddressPolicy {
  readonly allowHttp: boolean;
  readonly #allow: readonly Cidr[];
  readonly #deny: readonly Cidr[];
  readonly #denyHosts: readonly string[];
  readonly #ownPorts: OwnPorts;

  constructor(options: AddressPolicyOptions = {}) {
    const { allow = [], deny = [], ownPorts = NO_PORTS, allowHttp = false } = options;
    this.allowHttp = allowHttp;
    this.#allow = allow.map((entry) => {
      const cidr = parseCidr(entry);
      if (!cidr) throw new Error(`"${entry}" is not a CIDR such as 10.0.0.0/8`);
      return cidr;
    });
    this.#deny = deny.map(parseCidr).filter((cidr) => cidr !== null);
    this.#denyHosts = deny.filter((entry) => !parseCidr(entry)).map(parseHostPattern);
    this.#ownPorts = ownPorts;
  }

  /** Null when a connection to `ip` is fine, else why not, in words: "127.0.0.1 is a loopback address". */
  checkAddress(ip: string): string | null {
    const address = parseAddress(ip);
    if (!address) return `"${ip}" is not an IP address`;
    if (matchesAny(address, this.#deny)) return `${ip} is denied by this platform's configuration`;
    if (matchesAny(address, this.#allow)) return null;
    if (isNat64(address)) return this.#checkNat64(ip, address);
    const words = notPublic(address);
    return words === null ? null : `${ip} is ${words}`;
  }

  /** The same, for a connection to this port. */
  checkConnection(ip: string, port: number): string | null {
    return (
      this.checkAddress(ip) ?? (this.#isOwnPort(ip, port) ? `${ip}:${port} belongs to this platform itself` : null)
    );
  }

  /**
   * Null when `host`, as WHATWG `URL.hostname` writes it, may be looked up or connected to, else why not. Host names get a
   * second check when they are looked up: each answer goes through `checkAddress`.
   */
  checkHost(host: string): string | null {
    const literal = host.startsWith('[') ? host.slice(1, -1) : host;
    if (isIP(literal)) return this.checkAddress(literal);
    const name = withoutTrailingDots(host).toLowerCase();
    if (name === '') return 'the host name is empty';
    if (this.#denyHosts.some((pattern) => matchesHost(name, pattern))) {
      return `${name} is denied by this platform's configuration`;
    }
    // An operator who let a private network in may well have names for it: then the addresses decide.
    if (this.#allow.length > 0) return null;
    const isLocal = !name.includes('.') || localNameSuffixes.some((suffix) => name.endsWith(`.${suffix}`));
    return isLocal ? `${name} is a name of a private network` : null;
  }

  /**
   * The check at registration. Null when endpoints may have this URL, else a code and a sentence. `allowHttp` overrides
   * the platform's setting, for tenants that have their own.
   */
  checkUrl(url: string, allowHttp: boolean = this.allowHttp): UrlRefusal | null {
    if (url.length > maxUrlLength) {
      return refuse('url_too_long', `The URL has ${url.length} characters; at most ${maxUrlLength} are allowed.`);
    }
    const parsed = URL.canParse(url) ? new URL(url) : null;
    if (!parsed) return refuse('invalid_url', 'This is not a valid absolute URL such as https://example.com/hooks.');
    if (parsed.protocol !== 'https:' && parsed.protocol !== 'http:') {
      return refuse('url_scheme', `The URL must begin with https://, not ${parsed.protocol}//.`);
    }
    if (parsed.protocol === 'http:' && !allowHttp) {
      return refuse('url_scheme', 'The URL must begin with https://; plain http:// is not allowed here.');
    }
    if (parsed.username !== '' || parsed.password !== '') {
      return refuse('url_credentials', 'The URL must not contain a user name or password; configure `auth` instead.');
    }
    if (parsed.port === '0' || otherProtocolPorts.has(Number(parsed.port))) {
      return refuse('url_port', `Port ${parsed.port} is not a port for HTTP.`);
    }
    const literal = parsed.hostname.startsWith('[') ? parsed.hostname.slice(1, -1) : parsed.hostname;
    const reason = this.checkHost(parsed.hostname);
    if (reason === null) return this.#checkLiteralPort(literal, parsed);
    const code = isIP(literal) ? 'blocked_address' : 'blocked_host';
    return refuse(code, `The URL must not lead to ${literal}: ${reason}.`);
  }

  /** Names get this check with each connection. */
  #checkLiteralPort(literal: string, { port, protocol }: URL): UrlRefusal | null {
    const reason = isIP(literal)
      ? this.checkConnection(literal, Number(port) || (protocol === 'https:' ? 443 : 80))
      : null;
    return reason === null ? null : refuse('url_port', `The URL must not lead there: ${reason}.`);
  }

  /** Only for addresses that passed: public ones are no affair of ours. */
  #isOwnPort(ip: string, port: number): boolean {
    const isServer = this.#ownPorts.servers.includes(port);
    if (!isServer && !this.#ownPorts.listening.includes(port)) return false;
    const address = withoutNat64(parseAddress(ip));
    if (address === null || notPublic(address) === null) return false;
    return isServer || isOfThisMachine(address);
  }

  #checkNat64(ip: string, address: IPAddress): string | null {
    const reason = this.checkAddress(embeddedIPv4(address));
    return reason === null ? null : `${ip} leads to an IPv4 address through NAT64, and ${reason}`;
  }
}

/** IPv4-mapped addresses (::ffff:127.0.0.1) come out as the IPv4 address that the kernel would really connect to. */
function parseAddress(ip: string): IPAddress | null {
  const withoutZone = ip.replace(/%.*$/s, '');
  // ipaddr.js takes ::8.8.8.8, as the system writes IPv4-compatible addresses, for the mapped ::ffff:8.8.8.8.
  const compatible = /^::(\d+\.\d+\.\d+\.\d+)$/.exec(withoutZone)?.[1];
  if (compatible !== undefined && isIP(compatible)) {
    return new ipaddr.IPv6([...Array<number>(12).fill(0), ...ipaddr.parse(compatible).toByteArray()]);
  }
  return ipaddr.isValid(withoutZone) ? ipaddr.process(withoutZone) : null;
}

/** In what way an address is not public, in words; null when it is. */
function notPublic(address: IPAddress): string | null {
  const ranges = address.kind() === 'ipv4' ? special4 : special6;
  const hit = ranges.find(({ cidr }) => address.match(cidr));
  if (hit) return hit.words;
  return address.kind() === 'ipv6' && !address.match(public6) ? 'not a public IPv6 address' : null;
}

function isNat64(address: IPAddress): boolean {
  return address.kind() === 'ipv6' && address.match(nat64);
}

function embeddedIPv4(address: IPAddress): string {
  return address.toByteArray().slice(12).join('.');
}

function withoutNat64(address: IPAddress | null): IPAddress | null {
  return address !== null && isNat64(address) ? ipaddr.parse(embeddedIPv4(address)) : address;
}

/** Any loopback address, and whatever its interfaces have at this moment. */
function isOfThisMachine(address: IPAddress): boolean {
  if (address.range() === 'loopback') return true;
  const interfaces = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return interfaces.some((one) => parseAddress(one.address)?.toString() === address.toString());
}

function parseCidr(entry: string): Cidr | null {
  const cidr = parseWrittenCidr(entry);
  if (cidr === null || cidr[0].kind() === 'ipv4') return cidr;
  // Addresses are compared as the IPv4 ones that they stand for, and so are networks: ::ffff:10.0.0.0/104 is 10.0.0.0/8.
  const [address, bits] = cidr as [ipaddr.IPv6, number];
  return address.isIPv4MappedAddress() && bits >= 96 ? [address.toIPv4Address(), bits - 96] : cidr;
}

function parseWrittenCidr(entry: string): Cidr | null {
  const text = entry.trim();
  if (isIP(text)) return ipaddr.parseCIDR(`${text}/${isIP(text) === 4 ? 32 : 128}`);
  const [ip = '', bits = ''] = text.split('/', 2);
  if (!isIP(ip) || !/^\d{1,3}$/.test(bits) || !ipaddr.isValidCIDR(text)) return null;
  return ipaddr.parseCIDR(text);
}

function parseHostPattern(entry: string): string {
  const pattern = withoutTrailingDots(entry.trim()).toLowerCase();
  const bare = pattern.startsWith('*.') ? pattern.slice(2) : pattern;
  // The URL parser brings the name into the form in which hosts are compared: IDNA, lower case.
  const url = /^[^/*@:?#\s]+$/.test(bare) && URL.canParse(`http://${bare}/`) ? new URL(`http://${bare}/`) : null;
  if (!url || isIP(url.hostname))
    throw new Error(`"${entry}" is neither a CIDR nor a host pattern such as *.example.com`);
  return pattern.startsWith('*.') ? `*.${url.hostname}` : url.hostname;
}

/** `*.example.com` means every name below example.com and, as nobody means otherwise, example.com itself. */
function matchesHost(name: string, pattern: string): boolean {
  if (!pattern.startsWith('*.')) return name === pattern;
  return name === pattern.slice(2) || name.endsWith(pattern.slice(1));
}

function matchesAny(address: IPAddress, cidrs: readonly Cidr[]): boolean {
  return cidrs.some((cidr) => address.kind() === cidr[0].kind() && address.match(cidr));
}

function named(ranges: readonly (readonly [string, string])[]): NamedCidr[] {
  return ranges.map(([cidr, words]) => ({ cidr: ipaddr.parseCIDR(cidr), words }));
}

function withoutTrailingDots(host: string): string {
  return host.replace(/\.+$/, '');
}

function refuse(code: UrlRefusalCode, message: string): UrlRefusal {
  return { code, message };
}
