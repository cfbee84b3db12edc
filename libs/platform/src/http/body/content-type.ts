import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';

/** Headers that are not a media type, as they were sent. */
const malformed = new WeakMap<IncomingMessage, string>();

/** `type/subtype`, with the characters that RFC 9110 (5.6.2) allows in tokens. */
const MEDIA_TYPE = /^\s*[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+\s*(;|$)/;

/**
 * Fastify refuses an invalid `Content-Type` (empty, `json`) before the route runs. The client would not learn what the path accepts, or that it accepts no
 * body. Here such a request continues as one without the header.
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

/** The `Content-Type` of a request as it was sent, valid or not. */
export function contentTypeOf(request: FastifyRequest): string | undefined {
  return malformed.get(request.raw) ?? request.headers['content-type'];
}
