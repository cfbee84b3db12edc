import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Problem } from '../problem-details/problem.js';

const CONTROL = /%(?:[01][0-9a-f]|7f)/i;

/**
 * Refuses an address that is no text: a path with control characters (`/v1/rules/%00`), which no id and no name has, or a query that is no
 * percent-encoded UTF-8 (`?service=%ff`). Fastify would take such a part of the query as it is written, and a filter would find nothing
 * without a word; a path that is no UTF-8 it refuses itself. Routes that read their body raw read no query.
 */
export function refuseBadAddresses(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, _reply, done) => {
    const wrong = request.is404 || !request.url.includes('%') ? undefined : (wrongPath(request.url) ?? wrongQuery(request));
    if (wrong === undefined) done();
    else done(new Problem('BT_HTTP_BAD_REQUEST', wrong));
  });
}

function wrongPath(url: string): string | undefined {
  const control = CONTROL.exec(url.split('?', 1)[0]!);
  return control === null ? undefined : `the path has a control character (${control[0]}), and no id or name has one`;
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
