import type { FastifyInstance } from 'fastify';
import { Problem } from '../problem-details/problem.js';

/**
 * Refuses a query that is no percent-encoded UTF-8 (`?service=%ff`). Fastify would take such a part as it is written, and a filter would find
 * nothing without a word. Routes that read their body raw read no query.
 */
export function refuseBadQueries(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, _reply, done) => {
    const query = request.url.slice(request.url.indexOf('?') + 1);
    const { body } = request.routeOptions.config;
    const bad =
      query.includes('%') && query.length < request.url.length && (body === undefined || body === 'json_bytes') && !request.is404
        ? badPart(query)
        : undefined;
    if (bad === undefined) done();
    else done(new Problem('BT_HTTP_BAD_REQUEST', `the query is not UTF-8 in percent-encoding: ${bad}; a percent sign is written %25`));
  });
}

function badPart(query: string): string | undefined {
  return query.split('&').find((part) => {
    try {
      decodeURIComponent(part);
      return false;
    } catch {
      return true;
    }
  });
}
