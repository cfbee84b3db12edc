import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Problem } from '../../problem-details/problem.js';
import { type CrossOriginOptions } from './cross-origin.js';

/** Content types that a page may post to any server without a preflight (Fetch, "CORS-safelisted request-header"); empty: no body or no type. */
const SAFELISTED_TYPE = /^($|text\/plain|multipart\/form-data|application\/x-www-form-urlencoded)/;

/**
 * Refuses (403) requests that pages of other origins send without a preflight. Such a page cannot read the answer, but a route without a body would still run.
 * Programs send no origin.
 * @param origins pages that may, or `*`
 */
export function refuseForeignPages(fastify: FastifyInstance, { origins, apiKeyHeader }: CrossOriginOptions): void {
  const keyHeader = apiKeyHeader.toLowerCase();
  if (origins.includes('*')) return;
  fastify.addHook('onRequest', (request, _reply, done) => {
    const { origin } = request.headers;
    if (
      request.method !== 'POST' ||
      origin === undefined ||
      isPreflighted(request, keyHeader) ||
      isOwn(request, origin) ||
      origins.includes(origin)
    )
      done();
    else {
      const page = JSON.stringify(origin.slice(0, 253));
      done(
        new Problem(
          'BT_HTTP_FOREIGN_ORIGIN',
          `the request comes from a page of ${page}; add that to server.cors_origins (BETRACE_CORS_ORIGINS) if it may`,
        ),
      );
    }
  });
}

/** A custom header causes a preflight too. */
function isPreflighted({ headers }: FastifyRequest, keyHeader: string): boolean {
  return (
    headers.authorization !== undefined ||
    headers[keyHeader] !== undefined ||
    !SAFELISTED_TYPE.test((headers['content-type'] ?? '').trim().toLowerCase())
  );
}

/** Whether a request comes from this server's own page. Browsers say so over HTTPS and on loopback, even behind a proxy that changes the host. */
function isOwn({ headers }: FastifyRequest, origin: string): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  return URL.canParse(origin) && new URL(origin).host === headers.host?.toLowerCase();
}
