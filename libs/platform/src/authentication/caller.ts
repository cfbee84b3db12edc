import type { IncomingMessage } from 'node:http';
import type { FastifyRequest } from 'fastify';

/** Who asks when the server wants no key. */
const ANONYMOUS = 'anonymous';

const callers = new WeakMap<IncomingMessage, string>();

/** Notes whose key a request brought. */
export function noteCaller(request: FastifyRequest, name: string): void {
  callers.set(request.raw, name);
}

/** Who makes a request: the name of the key that it brought, or `anonymous`. */
export function callerOf(request: FastifyRequest): string {
  return callers.get(request.raw) ?? ANONYMOUS;
}
