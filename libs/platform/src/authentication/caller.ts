import type { IncomingMessage } from 'node:http';
import type { FastifyRequest } from 'fastify';

/** Who asks when the server wants no key. */
const ANONYMOUS = 'anonymous';

const callers = new WeakMap<IncomingMessage, string>();

/** Notes whose key a request brought. */
export function noteCaller(request: FastifyRequest, name: string): void {
  callers.set(request.raw, name);
}

/** The name of the key that a request brought; undefined where none is wanted. */
export function knownCallerOf(request: FastifyRequest): string | undefined {
  return callers.get(request.raw);
}

/** Who makes a request: the name of the key that it brought, or `anonymous`. */
export function callerOf(request: FastifyRequest): string {
  return knownCallerOf(request) ?? ANONYMOUS;
}
