import type { FastifyReply } from 'fastify';

/** Aborted when the client closes the connection before its answer. */
export function clientGone(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort());
  return gone.signal;
}
