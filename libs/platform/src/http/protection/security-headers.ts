import type { FastifyInstance, FastifyReply } from 'fastify';

/** For answers without a policy of their own. They are data: no page may frame them, and they load nothing. */
export const SECURITY_HEADERS = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const;

/**
 * Sets SECURITY_HEADERS on every answer, refusals too; a route that serves a page sets its own policy. `Strict-Transport-Security` is left to the proxy that
 * ends TLS for the host, because it would apply to all ports.
 */
export function setSecurityHeaders(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (_request, reply, done) => {
    secure(reply);
    done();
  });
}

/** Sets SECURITY_HEADERS on an answer that no hook handles. */
export function secure(reply: FastifyReply): void {
  reply.headers(SECURITY_HEADERS);
}
