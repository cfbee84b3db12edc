import { isIP } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { Problem } from '../../problem-details/problem.js';

/**
 * Refuses requests with an unknown host name (421), against DNS rebinding. A web page can have its own name resolved to 127.0.0.1, and its browser then treats this
 * server as the page's own. The browser sends that name. IP addresses are accepted, and `localhost` always is this machine.
 * @param names in lower case, without a port
 */
export function refuseForeignHosts(fastify: FastifyInstance, names: readonly string[]): void {
  if (names.length === 0) return;
  const hosts = new Set(names);
  fastify.addHook('onRequest', (request, _reply, done) => {
    const name = nameOf(request.headers.host ?? '');
    // Browsers always send a name (HTTP/1.0 may not).
    if (name === '' || hosts.has(name) || isLocal(name)) done();
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

/** Without the port, and without the trailing dot of a full name. */
function nameOf(host: string): string {
  return host
    .toLowerCase()
    .replace(/:\d*$/, '')
    .replace(/(?<=[^.])\.$/, '');
}

function isLocal(name: string): boolean {
  return name === 'localhost' || name.endsWith('.localhost') || isIP(name.replace(/^\[(.*)\]$/, '$1')) !== 0;
}
