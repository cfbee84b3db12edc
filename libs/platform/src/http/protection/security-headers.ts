import type { FastifyInstance, FastifyReply } from 'fastify';

/** For every answer that has no policy of its own: it is data, and no page may show it in a frame or load anything because of it. */
export const SECURITY_HEADERS = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const;

/**
 * Sets SECURITY_HEADERS on every answer, also of refusals; a route that serves a page sets a policy that fits it. `Strict-Transport-Security` is for who ends TLS
 * for a whole host: it would bind the other ports of it, too.
 */
export function setSecurityHeaders(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (_request, reply, done) => {
    secure(reply);
    done();
  });
}

/** Sets SECURITY_HEADERS on an answer that no hook sees. */
export function secure(reply: FastifyReply): void {
  reply.headers(SECURITY_HEADERS);
}
