import type { IncomingMessage } from 'node:http';
import type { FastifyRequest } from 'fastify';
import type { Caller } from './api-keys.js';
import { type KeyScope, mayDo } from './scopes.js';

/** The caller's name when the server needs no key. */
const ANONYMOUS = 'anonymous';

/** Resolves whether the caller of a request is still admitted. */
type Recheck = () => Promise<boolean>;

const callers = new WeakMap<IncomingMessage, Caller>();
const rechecks = new WeakMap<IncomingMessage, Recheck>();

/** Notes a request's caller, and how to check later whether it is still admitted. */
export function noteCaller(request: FastifyRequest, caller: Caller, recheck: Recheck): void {
  callers.set(request.raw, caller);
  rechecks.set(request.raw, recheck);
}

/** Whether a long-running request would still be admitted: its key may have been withdrawn, or its token may have expired. */
export async function stillAllowed(request: FastifyRequest): Promise<boolean> {
  return (await rechecks.get(request.raw)?.()) ?? true;
}

/** The name of the caller; undefined when the server needs no key. */
function knownCallerOf(request: FastifyRequest): string | undefined {
  return callers.get(request.raw)?.name;
}

/** The caller for limits: the name, or the address when the server needs no key. The two forms are distinct. */
export function countedCallerOf(request: FastifyRequest): string {
  const caller = knownCallerOf(request);
  return caller === undefined ? `address ${request.ip}` : `key ${caller}`;
}

/** The name of the caller, or `anonymous`. */
export function callerOf(request: FastifyRequest): string {
  return knownCallerOf(request) ?? ANONYMOUS;
}

/** Whether the caller of a request has this scope too, beyond its route's. Everyone has it if the server needs no key. */
export function callerMay(request: FastifyRequest, scope: KeyScope): boolean {
  const caller = callers.get(request.raw);
  return caller === undefined || mayDo(caller.scopes, scope);
}
