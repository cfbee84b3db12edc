import type { IncomingMessage } from 'node:http';
import type { FastifyRequest } from 'fastify';

/** Who asks when the server wants no key. */
const ANONYMOUS = 'anonymous';

/** Whether who made a request may still make it. */
type Recheck = () => Promise<boolean>;

const callers = new WeakMap<IncomingMessage, string>();
const rechecks = new WeakMap<IncomingMessage, Recheck>();

/** Notes whose key a request brought, and how to find out later whether that still holds. */
export function noteCaller(request: FastifyRequest, name: string, recheck: Recheck): void {
  callers.set(request.raw, name);
  rechecks.set(request.raw, recheck);
}

/** Whether a request that is answered for a long time would still be let in: its key may have been withdrawn since, its token may have expired. */
export async function stillAllowed(request: FastifyRequest): Promise<boolean> {
  return (await rechecks.get(request.raw)?.()) ?? true;
}

/** The name of the key that a request brought; undefined where none is wanted. */
export function knownCallerOf(request: FastifyRequest): string | undefined {
  return callers.get(request.raw);
}

/** Whom limits count a request for: the key that it brought, or the address where none is wanted. The two cannot be taken for each other. */
export function countedCallerOf(request: FastifyRequest): string {
  const caller = knownCallerOf(request);
  return caller === undefined ? `address ${request.ip}` : `key ${caller}`;
}

/** Who makes a request: the name of the key that it brought, or `anonymous`. */
export function callerOf(request: FastifyRequest): string {
  return knownCallerOf(request) ?? ANONYMOUS;
}
