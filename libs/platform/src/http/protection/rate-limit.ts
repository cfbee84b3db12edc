import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { scopeOf } from '../../authentication/authentication-hook.js';
import { countedCallerOf } from '../../authentication/caller.js';
import { Problem } from '../../problem-details/problem.js';

const MINUTE = 60_000;

/**
 * Limits the requests of one caller to the REST API per minute: one key, or one address if no key is needed. It never refuses spans (back-pressure limits
 * them), health, metrics or the console's files. Call it before the first route is registered.
 */
export async function limitRequests(fastify: FastifyInstance, max: number): Promise<void> {
  if (max === 0) return;
  await fastify.register(rateLimit, {
    max,
    timeWindow: MINUTE,
    enableDraftSpec: true,
    allowList: isFree,
    keyGenerator: countedCallerOf,
    errorResponseBuilder: (_request, { ttl }) => {
      const seconds = Math.max(1, Math.ceil(ttl / 1_000));
      return new Problem(
        'BT_HTTP_TOO_MANY_REQUESTS',
        `more than ${max} requests in a minute (server.rate_limit); try again in ${seconds} s`,
        {
          retryAfter: seconds,
        },
      );
    },
  });
}

function isFree(request: FastifyRequest): boolean {
  return request.routeOptions.config.access !== undefined || scopeOf(request) === 'ingest' || !isApi(request);
}

function isApi({ routeOptions: { url } }: FastifyRequest): boolean {
  return url?.startsWith('/v1/') ?? false;
}
