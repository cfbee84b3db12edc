import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { scopeOf } from '../../authentication/authentication-hook.js';
import { countedCallerOf } from '../../authentication/caller.js';
import { Problem } from '../../problem-details/problem.js';

const MINUTE = 60_000;

/**
 * Bounds what one caller asks of the REST API in a minute: one key, or one address where no key is wanted. Who sends spans is never refused by it
 * (back-pressure does that by what is held), nor who asks for health, metrics or the console's files. Before the first route is registered.
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
