import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Problem } from '../problem-details/problem.js';
import type { ApiKeys } from './api-keys.js';
import { noteCaller } from './caller.js';
import { defaultScope, mayDo, type Scope } from './scopes.js';

export interface AuthenticationOptions {
  readonly protectMetrics: boolean;
  /** Beginnings of paths that need no key although their routes don't say so (documentation, console). */
  readonly publicPaths: readonly string[];
}

/**
 * Refuses requests without a key (401), and those whose key may not do what the route needs (403). A hook of Fastify's and not a guard of Nest's, because guards
 * run after the body was read: nobody unknown makes us read and inflate 64 MiB.
 */
export function requireApiKey(fastify: FastifyInstance, apiKeys: ApiKeys, options: AuthenticationOptions): void {
  if (!apiKeys.required) return;
  fastify.addHook('onRequest', async (request) => {
    if (isPublic(request, options)) return;
    const value = request.headers[apiKeys.header];
    const caller = apiKeys.caller(Array.isArray(value) ? value[0] : value);
    if (caller === undefined) {
      throw new Problem('BT_HTTP_UNAUTHENTICATED', `the header ${apiKeys.header} must hold the API key`, {
        headers: { 'www-authenticate': `ApiKey header="${apiKeys.header}"` },
      });
    }
    noteCaller(request, caller.name);
    const needed = scopeOf(request);
    // What is not there is so for everybody who is known.
    if (request.routeOptions.url === undefined || mayDo(caller.scopes, needed)) return;
    throw new Problem('BT_HTTP_FORBIDDEN', `the key ${caller.name} has the scopes ${caller.scopes.join(', ')}, and this needs ${needed}`);
  });
}

/** What a route needs of a key. */
export function scopeOf(request: FastifyRequest): Scope {
  return request.routeOptions.config.scope ?? defaultScope(request.method);
}

/** Whether everybody may ask this, without a key. */
export function isPublic(request: FastifyRequest, options: AuthenticationOptions): boolean {
  const { access } = request.routeOptions.config;
  if (access === 'public' || (access === 'metrics' && !options.protectMetrics)) return true;
  const path = request.routeOptions.url;
  return path !== undefined && options.publicPaths.some((prefix) => path === prefix || path.startsWith(`${prefix}/`));
}
