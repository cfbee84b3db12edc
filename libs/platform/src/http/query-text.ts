import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Problem } from '../problem-details/problem.js';

/**
 * Refuses a query that is not percent-encoded UTF-8 (`?service=%ff`). Fastify would pass it on undecoded, and a filter would silently match nothing. It refuses
 * such a path itself. Routes that read raw bodies have no query.
 */
export function refuseBadQueries(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, _reply, done) => {
    const wrong = request.is404 || !request.url.includes('%') ? undefined : wrongQuery(request);
    if (wrong === undefined) done();
    else done(new Problem('BT_HTTP_BAD_REQUEST', wrong));
  });
}

function wrongQuery({ url, routeOptions }: FastifyRequest): string | undefined {
  const { body } = routeOptions.config;
  const start = url.indexOf('?');
  const bad = start < 0 || (body !== undefined && body !== 'json_bytes') ? undefined : badPart(url.slice(start + 1));
  return bad === undefined ? undefined : `the query is not UTF-8 in percent-encoding: ${bad}; a percent sign is written %25`;
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
