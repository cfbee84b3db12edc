import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Authentication, ReadHeader } from './authentication.js';
import { noteCaller } from './caller.js';
import { defaultScope, type KeyScope } from './scopes.js';

export interface AuthenticationOptions {
  readonly protectMetrics: boolean;
  /** Prefixes of paths that need no key although their routes do not say so (documentation, console). */
  readonly publicPaths: readonly string[];
}

/**
 * Refuses requests without a valid key or token (401) or without the scope of the route (403). It is a hook of Fastify, because Nest's guards run after the
 * body is read: unauthenticated clients could make the server inflate 64 MiB.
 */
export function requireCaller(fastify: FastifyInstance, authentication: Authentication, options: AuthenticationOptions): void {
  if (!authentication.required) return;
  fastify.addHook('onRequest', async (request) => {
    if (isPublic(request, options)) return;
    const read = readerOf(request);
    const caller = await authentication.caller(read, request.ip);
    noteCaller(request, caller, () => authentication.stillAllows(read, scopeOf(request)));
    // An unknown path is 404 for every authenticated caller.
    if (request.routeOptions.url !== undefined) authentication.check(caller, scopeOf(request));
  });
}

/** The headers of a request, as Authentication reads them. */
export function readerOf({ headers }: FastifyRequest): ReadHeader {
  return (name) => [headers[name]].flat()[0];
}

/** The scope that a route needs. */
export function scopeOf(request: FastifyRequest): KeyScope {
  return request.routeOptions.config.scope ?? defaultScope(request.method);
}

/** Whether a request needs no key. */
export function isPublic(request: FastifyRequest, options: AuthenticationOptions): boolean {
  const { access } = request.routeOptions.config;
  if (access === 'public' || (access === 'metrics' && !options.protectMetrics)) return true;
  const path = request.routeOptions.url;
  return path !== undefined && options.publicPaths.some((prefix) => path === prefix || path.startsWith(`${prefix}/`));
}
