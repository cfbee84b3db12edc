import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';

/** What stood in headers that are no media type. */
const malformed = new WeakMap<IncomingMessage, string>();

/** `type/subtype`, of the characters that RFC 9110 (5.6.2) gives tokens. */
const MEDIA_TYPE = /^\s*[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+\s*(;|$)/;

/**
 * Fastify refuses a `Content-Type` that is no media type (empty, `json`) before the route runs. The client would not learn what the path takes, or that it
 * takes nothing. Here such a request goes on as one without the header.
 */
export function passMalformedTypes(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, _reply, done) => {
    const { headers } = request.raw;
    const type = headers['content-type'];
    if (type !== undefined && !MEDIA_TYPE.test(type)) {
      malformed.set(request.raw, type);
      delete headers['content-type'];
    }
    done();
  });
}

/** The `Content-Type` of a request as it was sent, also when it is no media type. */
export function contentTypeOf(request: FastifyRequest): string | undefined {
  return malformed.get(request.raw) ?? request.headers['content-type'];
}
