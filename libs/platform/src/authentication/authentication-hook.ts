import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Authentication, ReadHeader } from './authentication.js';
import { noteCaller } from './caller.js';
import { defaultScope, type Scope } from './scopes.js';

export interface AuthenticationOptions {
  readonly protectMetrics: boolean;
  /** Beginnings of paths that need no key although their routes don't say so (documentation, console). */
  readonly publicPaths: readonly string[];
}

/**
 * Refuses requests without a key or token (401), and those whose key or token may not do what the route needs (403). A hook of Fastify's and not a guard of Nest's, because guards
 * run after the body was read: nobody unknown makes us read and inflate 64 MiB.
 */
export function requireCaller(fastify: FastifyInstance, authentication: Authentication, options: AuthenticationOptions): void {
  if (!authentication.required) return;
  fastify.addHook('onRequest', async (request) => {
    if (isPublic(request, options)) return;
    const read = readerOf(request);
    const caller = await authentication.caller(read, request.ip);
    noteCaller(request, caller.name, () => authentication.stillAllows(read, scopeOf(request)));
    // A missing path is 404 for every authenticated caller.
    if (request.routeOptions.url !== undefined) authentication.check(caller, scopeOf(request));
  });
}

/** The headers of a request, as Authentication reads them. */
export function readerOf({ headers }: FastifyRequest): ReadHeader {
  return (name) => [headers[name]].flat()[0];
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
