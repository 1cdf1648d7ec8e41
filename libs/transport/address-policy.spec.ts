import { describe, expect, it } from 'vitest';
import { AddressPolicy } from './address-policy.js';

const strict = new AddressPolicy();

describe('AddressPolicy.checkAddress', () => {
  it.each([
    // IPv4, first and last of each range that is not public
    ['0.0.0.0', '"this network"'],
    ['0.255.255.255', '"this network"'],
    ['10.0.0.0', 'private'],
    ['10.255.255.255', 'private'],
    ['100.64.0.0', 'carrier-grade NAT'],
    ['100.127.255.255', 'carrier-grade NAT'],
    ['100.100.100.200', 'cloud metadata'],
    ['127.0.0.1', 'loopback'],
    ['127.255.255.254', 'loopback'],
    ['168.63.129.16', 'cloud platform'],
    ['169.254.0.1', 'link-local'],
    ['169.254.169.254', 'cloud metadata'],
    ['169.254.170.2', 'link-local'],
    ['172.16.0.1', 'private'],
    ['172.31.255.255', 'private'],
    ['192.0.0.1', 'protocol assignments'],
    ['192.0.0.192', 'protocol assignments'],
    ['192.0.2.1', 'documentation'],
    ['192.31.196.1', 'AS112'],
    ['192.52.193.1', 'multicast tunnelling'],
    ['192.88.99.1', '6to4 relay'],
    ['192.168.0.1', 'private'],
    ['192.168.255.255', 'private'],
    ['192.175.48.6', 'AS112'],
    ['198.18.0.1', 'benchmarking'],
    ['198.19.255.255', 'benchmarking'],
    ['198.51.100.7', 'documentation'],
    ['203.0.113.7', 'documentation'],
    ['224.0.0.1', 'multicast'],
    ['239.255.255.250', 'multicast'],
    ['240.0.0.1', 'reserved'],
    ['255.255.255.255', 'broadcast'],
    // IPv6
    ['::', 'unspecified'],
    ['::1', 'loopback'],
    ['::7f00:1', 'IPv4-compatible'],
    ['::a00:1', 'IPv4-compatible'],
    ['::8.8.8.8', 'IPv4-compatible'],
    ['::127.0.0.1', 'IPv4-compatible'],
    ['::ffff:127.0.0.1', 'loopback'],
    ['::ffff:7f00:1', 'loopback'],
    ['::ffff:10.1.2.3', 'private'],
    ['::ffff:169.254.169.254', 'cloud metadata'],
    ['::ffff:0:127.0.0.1', 'IPv4-translated'],
    ['::ffff:0:8.8.8.8', 'IPv4-translated'],
    ['64:ff9b::7f00:1', 'NAT64'],
    ['64:ff9b::10.0.0.1', 'NAT64'],
    ['64:ff9b::169.254.169.254', 'NAT64'],
    ['64:ff9b:1::1', 'local NAT64'],
    ['64:ff9b:1:2::7f00:1', 'local NAT64'],
    ['100::1', 'discard-only'],
    ['2001::1', 'Teredo'],
    ['2001:0:4136:e378:8000:63bf:3fff:fdd2', 'Teredo'],
    ['2001:2::1', 'benchmarking'],
    ['2001:10::1', 'protocol assignments'],
    ['2001:20::1', 'protocol assignments'],
    ['2001:db8::1', 'documentation'],
    ['2002:7f00:1::', '6to4'],
    ['2002:a00:1::1', '6to4'],
    ['2002:808:808::1', '6to4'],
    ['2620:4f:8000::1', 'AS112'],
    ['3fff::1', 'documentation'],
    ['4000::1', 'not a public IPv6'],
    ['5f00::1', 'segment routing'],
    ['8000::1', 'not a public IPv6'],
    ['fc00::1', 'unique local'],
    ['fd00:ec2::254', 'cloud metadata'],
    ['fd12:3456::1', 'unique local'],
    ['fe80::1', 'link-local'],
    ['fe80::1%eth0', 'link-local'],
    ['febf::1', 'link-local'],
    ['fec0::1', 'site-local'],
    ['ff02::1', 'multicast'],
    ['ff05::1:3', 'multicast'],
    // not addresses
    ['', 'not an IP address'],
    ['example.com', 'not an IP address'],
    ['1.2.3.4.5', 'not an IP address'],
  ])('refuses %s and says that it is %s', (ip, words) => {
    expect(strict.checkAddress(ip)).toContain(words);
  });

  it.each([
    '1.1.1.1',
    '8.8.8.8',
    '9.255.255.255',
    '11.0.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '126.255.255.255',
    '128.0.0.0',
    '169.253.255.255',
    '172.15.255.255',
    '172.32.0.0',
    '192.167.255.255',
    '192.169.0.0',
    '198.17.255.255',
    '198.20.0.0',
    '223.255.255.255',
    '::ffff:8.8.8.8',
    '64:ff9b::808:808',
    '2001:4860:4860::8888',
    '2606:4700:4700::1111',
    '2a00:1450:4001:81b::200e',
  ])('lets the public address %s pass', (ip) => {
    expect(strict.checkAddress(ip)).toBeNull();
  });

  it('lets what the operator allowed pass, in every form it can be written', () => {
    const policy = new AddressPolicy({ allow: ['127.0.0.0/8', 'fd00:1::/32', '10.1.2.3'] });
    for (const ip of ['127.0.0.1', '::ffff:127.0.0.1', '64:ff9b::7f00:1', 'fd00:1::5', '10.1.2.3']) {
      expect(policy.checkAddress(ip)).toBeNull();
    }
    for (const ip of ['10.1.2.4', '::1', 'fd00:2::5']) expect(policy.checkAddress(ip)).not.toBeNull();
  });

  it('refuses what the operator denied, even when it is public or allowed', () => {
    const policy = new AddressPolicy({ allow: ['10.0.0.0/8'], deny: ['10.9.0.0/16', '8.8.8.8', '2606:4700::/32'] });
    for (const ip of ['10.9.1.1', '::ffff:10.9.1.1', '64:ff9b::8.8.8.8', '8.8.8.8', '2606:4700::1']) {
      expect(policy.checkAddress(ip)).toContain("denied by this platform's configuration");
    }
    expect(policy.checkAddress('10.8.1.1')).toBeNull();
  });

  it('takes a network of mapped addresses for the IPv4 one that it stands for', () => {
    const policy = new AddressPolicy({
      allow: ['::ffff:10.0.0.0/104'],
      deny: ['::ffff:8.8.8.0/120', '::ffff:9.9.9.9'],
    });
    for (const ip of ['10.1.2.3', '::ffff:10.1.2.3']) expect(policy.checkAddress(ip)).toBeNull();
    for (const ip of ['8.8.8.8', '::ffff:808:808', '9.9.9.9']) {
      expect(policy.checkAddress(ip)).toContain("denied by this platform's configuration");
    }
    expect(policy.checkAddress('9.9.9.10')).toBeNull();
  });

  it.each([['localhost'], ['10.0.0.0/33'], ['10.0.0/8'], ['*.example.com'], ['']])(
    'does not take "%s" as an allow entry',
    (entry) => {
      expect(() => new AddressPolicy({ allow: [entry] })).toThrow(`"${entry}" is not a CIDR`);
    },
  );

  it.each([['http://example.com'], ['a b'], ['10.0.0.0/33'], ['*.*.example.com/'], ['']])(
    'does not take "%s" as a deny entry',
    (entry) => {
      expect(() => new AddressPolicy({ deny: [entry] })).toThrow(`"${entry}" is neither a CIDR nor a host pattern`);
    },
  );
});

describe('AddressPolicy.checkUrl', () => {
  it.each([
    ['https://example.com/hooks'],
    ['https://example.com:8443/hooks?a=b#c'],
    ['https://8.8.8.8/'],
    ['https://[2606:4700:4700::1111]/'],
    ['https://münchen.example/'],
    ['https://example.com./'],
  ])('accepts %s', (url) => {
    expect(strict.checkUrl(url)).toBeNull();
  });

  it.each([
    ['', 'invalid_url'],
    ['example.com/hooks', 'invalid_url'],
    ['https://', 'invalid_url'],
    ['https://1.1.1.1.1/', 'invalid_url'],
    ['https://exa mple.com/', 'invalid_url'],
    ['https://[fe80::1%25eth0]/', 'invalid_url'],
    [`https://example.com/${'x'.repeat(2_048)}`, 'url_too_long'],
    ['ftp://example.com/', 'url_scheme'],
    ['file:///etc/passwd', 'url_scheme'],
    ['javascript:alert(1)', 'url_scheme'],
    ['gopher://127.0.0.1:6379/', 'url_scheme'],
    ['http://example.com/', 'url_scheme'],
    ['https://user:password@example.com/', 'url_credentials'],
    ['https://token@example.com/', 'url_credentials'],
    ['https://example.com@127.0.0.1/', 'url_credentials'],
    ['https://example.com:0/', 'url_port'],
    ['https://example.com:22/', 'url_port'],
    ['https://example.com:25/', 'url_port'],
    ['https://example.com:6667/', 'url_port'],
    ['https://127.0.0.1/', 'blocked_address'],
    ['https://127.0.0.1./', 'blocked_address'],
    ['https://127.1/', 'blocked_address'],
    ['https://2130706433/', 'blocked_address'],
    ['https://017700000001/', 'blocked_address'],
    ['https://0x7f000001/', 'blocked_address'],
    ['https://0x7f.1/', 'blocked_address'],
    ['https://0177.0.0.1/', 'blocked_address'],
    ['https://127。0。0。1/', 'blocked_address'],
    ['https://１２７.0.0.1/', 'blocked_address'],
    ['https://0/', 'blocked_address'],
    ['https://10.0.0.1:8443/', 'blocked_address'],
    ['https://169.254.169.254/latest/meta-data/', 'blocked_address'],
    ['https://2852039166/latest/meta-data/', 'blocked_address'],
    ['https://[::1]/', 'blocked_address'],
    ['https://[::]/', 'blocked_address'],
    ['https://[::ffff:127.0.0.1]/', 'blocked_address'],
    ['https://[::ffff:a9fe:a9fe]/', 'blocked_address'],
    ['https://[64:ff9b::7f00:1]/', 'blocked_address'],
    ['https://[2002:7f00:1::]/', 'blocked_address'],
    ['https://[fd00:ec2::254]/', 'blocked_address'],
    ['https://localhost/', 'blocked_host'],
    ['https://localhost./', 'blocked_host'],
    ['https://LOCALHOST/', 'blocked_host'],
    ['https://ⓛocalhost/', 'blocked_host'],
    ['https://app.localhost/', 'blocked_host'],
    ['https://printer.local/', 'blocked_host'],
    ['https://metadata.google.internal/', 'blocked_host'],
    ['https://metadata.google.internal./', 'blocked_host'],
    ['https://db.home.arpa/', 'blocked_host'],
    ['https://router.lan/', 'blocked_host'],
    ['https://intranet/', 'blocked_host'],
    ['https://redis:6379/', 'blocked_host'],
  ])('refuses %s with %s', (url, code) => {
    const refusal = strict.checkUrl(url);
    expect(refusal?.code).toBe(code);
    expect(refusal?.message).toMatch(/^[A-Z].*\.$/);
  });

  it('names the address as it really is, and why it is refused', () => {
    expect(strict.checkUrl('https://0x7f.1/')?.message).toBe(
      'The URL must not lead to 127.0.0.1: 127.0.0.1 is a loopback address.',
    );
  });

  it('takes http only where it is allowed, by the platform or by the caller', () => {
    const lenient = new AddressPolicy({ allowHttp: true });
    expect(lenient.checkUrl('http://example.com/')).toBeNull();
    expect(lenient.checkUrl('http://example.com/', false)?.code).toBe('url_scheme');
    expect(strict.checkUrl('http://example.com/', true)).toBeNull();
  });

  it('leaves local names to their addresses once the operator has let a private network in', () => {
    const policy = new AddressPolicy({ allow: ['127.0.0.0/8'], allowHttp: true });
    expect(policy.checkUrl('http://localhost:3000/hooks')).toBeNull();
    expect(policy.checkUrl('http://127.0.0.1:3000/hooks')).toBeNull();
    expect(policy.checkUrl('http://10.0.0.1:3000/hooks')?.code).toBe('blocked_address');
  });

  it.each([
    ['https://internal.example/', true],
    ['https://a.internal.example/', true],
    ['https://A.B.INTERNAL.EXAMPLE./', true],
    ['https://notinternal.example/', false],
    ['https://exact.example/', true],
    ['https://sub.exact.example/', false],
    ['https://xn--mnchen-3ya.example/', true],
    ['https://münchen.example/', true],
  ])('knows whether %s matches a denied host pattern', (url, isDenied) => {
    const policy = new AddressPolicy({ deny: ['*.Internal.example', 'exact.example.', 'MÜNCHEN.example'] });
    expect(policy.checkUrl(url)?.code ?? null).toBe(isDenied ? 'blocked_host' : null);
  });
});
