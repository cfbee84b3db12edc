import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Problem } from '../problem-details/problem.js';
import type { ApiKey } from './api-key.js';
import { noteCaller } from './caller.js';

export interface AuthenticationOptions {
  readonly protectMetrics: boolean;
  /** Beginnings of paths that need no key although their routes don't say so (documentation, console). */
  readonly publicPaths: readonly string[];
}

/**
 * Refuses requests without the API key. A hook of Fastify's and not a guard of Nest's, because guards run after the body was
 * read: nobody unknown makes us read and inflate 64 MiB.
 */
export function requireApiKey(fastify: FastifyInstance, apiKey: ApiKey, options: AuthenticationOptions): void {
  if (!apiKey.required) return;
  fastify.addHook('onRequest', async (request) => {
    if (isPublic(request, options)) return;
    const value = request.headers[apiKey.header];
    if (apiKey.accepts(Array.isArray(value) ? value[0] : value)) return noteCaller(request, apiKey.name);
    throw new Problem('BT_HTTP_UNAUTHENTICATED', `the header ${apiKey.header} must hold the API key`, {
      headers: { 'www-authenticate': `ApiKey header="${apiKey.header}"` },
    });
  });
}

function isPublic(request: FastifyRequest, options: AuthenticationOptions): boolean {
  const { access } = request.routeOptions.config;
  if (access === 'public' || (access === 'metrics' && !options.protectMetrics)) return true;
  const path = request.routeOptions.url;
  return path !== undefined && options.publicPaths.some((prefix) => path === prefix || path.startsWith(`${prefix}/`));
}
