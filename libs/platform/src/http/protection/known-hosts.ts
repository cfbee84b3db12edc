import { isIP } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { Problem } from '../../problem-details/problem.js';

/**
 * Refuses requests that name an unknown host (421). A web page can have its own name resolved to 127.0.0.1, and then acts as a page of this server (DNS
 * rebinding). Its browser sends that name. Addresses are no names, and `localhost` always means this machine.
 * @param names in lower case, without a port
 */
export function refuseForeignHosts(fastify: FastifyInstance, names: readonly string[]): void {
  if (names.length === 0) return;
  const known = new Set(names);
  fastify.addHook('onRequest', (request, _reply, done) => {
    const name = nameOf(request.headers.host ?? '');
    // A request without a name (HTTP/1.0) comes from no browser.
    if (name === '' || known.has(name) || isLocal(name)) done();
    else {
      done(
        new Problem(
          'BT_HTTP_UNKNOWN_HOST',
          `the request is for the host ${JSON.stringify(name.slice(0, 253))}; if this server is known by that name, add it to server.allowed_hosts (BETRACE_ALLOWED_HOSTS), or set an API key`,
        ),
      );
    }
  });
}

/** Without the port, and without the dot that may end a full name. */
function nameOf(host: string): string {
  return host
    .toLowerCase()
    .replace(/:\d*$/, '')
    .replace(/(?<=[^.])\.$/, '');
}

function isLocal(name: string): boolean {
  return name === 'localhost' || name.endsWith('.localhost') || isIP(name.replace(/^\[(.*)\]$/, '$1')) !== 0;
}
