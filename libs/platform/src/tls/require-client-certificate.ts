import { TLSSocket } from 'node:tls';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Problem } from '../problem-details/problem.js';

/**
 * Refuses requests over a connection whose client showed no certificate of the configured authority, but for what is open to everybody: an orchestrator asks for
 * health without one.
 */
export function requireClientCertificate(fastify: FastifyInstance, isPublic: (request: FastifyRequest) => boolean): void {
  fastify.addHook('onRequest', (request, _reply, done) => {
    const { socket } = request.raw;
    // Without a connection it is one of the server's own (/mcp), asked for by a request that was let in.
    if (!(socket instanceof TLSSocket)) return done();
    const { authorized, authorizationError } = socket;
    if (authorized || isPublic(request)) return done();
    const reason = authorizationError === undefined || authorizationError === null ? '' : ` (${String(authorizationError)})`;
    done(
      new Problem(
        'BT_HTTP_CLIENT_CERTIFICATE',
        `the connection has no client certificate of the authority that this server trusts${reason}`,
      ),
    );
  });
}
