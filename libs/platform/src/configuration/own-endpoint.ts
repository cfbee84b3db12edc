import { hostname, networkInterfaces } from 'node:os';

const HAS_SCHEME = /^[a-z][a-z0-9+.-]*:\/\//i;

/**
 * Whether an endpoint (`host:port` or a URL) is one of this server's ports.
 * @param host the address on which the ports listen
 */
export function isOwnEndpoint(endpoint: string, host: string, ports: readonly number[]): boolean {
  const url = new URL(HAS_SCHEME.test(endpoint) ? endpoint : `http://${endpoint}`);
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
  const name = url.hostname.replace(/^\[|\]$/g, '').toLowerCase();
  return ports.includes(port) && namesOfThisMachine(host).has(name);
}

function namesOfThisMachine(host: string): { has(name: string): boolean } {
  const addresses = Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address.toLowerCase()));
  const names = new Set([...addresses, host.toLowerCase(), hostname().toLowerCase(), 'localhost', '0.0.0.0', '::', '::1']);
  return { has: (name) => names.has(name) || /^127(\.\d{1,3}){3}$/.test(name) };
}
