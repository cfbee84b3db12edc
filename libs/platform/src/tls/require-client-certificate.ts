import { TLSSocket } from 'node:tls';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Problem } from '../problem-details/problem.js';

/**
 * Refuses requests over a connection without a client certificate of the configured authority. Public routes are exempt, because an orchestrator's health
 * probes have no certificate.
 */
export function requireClientCertificate(fastify: FastifyInstance, isPublic: (request: FastifyRequest) => boolean): void {
  fastify.addHook('onRequest', (request, _reply, done) => {
    const { socket } = request.raw;
    // A request without a connection comes from this server (/mcp), on behalf of a request that was accepted.
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
