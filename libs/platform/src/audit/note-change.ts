import type { IncomingMessage } from 'node:http';
import type { FastifyRequest } from 'fastify';

/** A change made by a request. */
export interface NotedChange {
  /** The kind of change: `rule.updated`. */
  readonly event: string;
  /** Id of the changed object. */
  readonly subject: string;
  /** The object before and after the change; absent if it did not exist. */
  readonly before?: unknown;
  readonly after?: unknown;
}

const noted = new WeakMap<IncomingMessage, NotedChange[]>();

/** Notes a change of this request for the audit log. */
export function noteChange(request: FastifyRequest, change: NotedChange): void {
  const changes = noted.get(request.raw);
  if (changes === undefined) noted.set(request.raw, [change]);
  else changes.push(change);
}

/** The changes of a request, in order. */
export function changesOf(request: FastifyRequest): readonly NotedChange[] {
  return noted.get(request.raw) ?? [];
}
