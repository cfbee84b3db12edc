import type { IncomingMessage } from 'node:http';
import type { FastifyRequest } from 'fastify';

/** Something that a request changed. */
export interface NotedChange {
  /** What happened: `rule.updated`. */
  readonly event: string;
  /** Id of the changed object. */
  readonly subject: string;
  /** As it was and as it is; absent where there was or is nothing. */
  readonly before?: unknown;
  readonly after?: unknown;
}

const noted = new WeakMap<IncomingMessage, NotedChange[]>();

/** Notes what a request has changed, for the audit log. */
export function noteChange(request: FastifyRequest, change: NotedChange): void {
  const changes = noted.get(request.raw);
  if (changes === undefined) noted.set(request.raw, [change]);
  else changes.push(change);
}

/** What a request has changed, in order. */
export function changesOf(request: FastifyRequest): readonly NotedChange[] {
  return noted.get(request.raw) ?? [];
}
