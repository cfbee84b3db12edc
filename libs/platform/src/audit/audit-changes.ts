import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { scopeOf } from '../authentication/authentication-hook.js';
import { callerOf } from '../authentication/caller.js';
import type { KeyScope } from '../authentication/scopes.js';
import type { Logger } from '../logging/logger.js';
import { changesOf } from './note-change.js';

/** Routes with one of these scopes change something. */
const CHANGING: ReadonlySet<KeyScope> = new Set(['rules:write', 'admin']);
const REFUSED: ReadonlySet<number> = new Set([401, 403]);

/**
 * Logs a line for each change that a request made, and for each request whose change was refused: the caller, the address, the object before and after. The
 * lines have `audit: true`, and ignore the log level.
 */
export function auditChanges(fastify: FastifyInstance, logger: Logger): void {
  const audit = logger.child({ audit: true }, { level: 'info' });
  fastify.addHook('onResponse', (request, reply, done) => {
    for (const { event, subject, ...states } of changesOf(request)) {
      audit.info({ event, subject, ...whoOf(request, reply), ...states }, `${callerOf(request)}: ${event} ${subject}`);
    }
    if (REFUSED.has(reply.statusCode) && isChange(request)) {
      audit.warn({ event: 'refused', ...whoOf(request, reply) }, `${callerOf(request)} was refused ${request.method} ${pathOf(request)}`);
    }
    done();
  });
}

function whoOf(request: FastifyRequest, reply: FastifyReply) {
  return { who: callerOf(request), from: request.ip, method: request.method, path: pathOf(request), status: reply.statusCode };
}

/** Without the query, which may hold search terms. */
function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? '';
}

function isChange(request: FastifyRequest): boolean {
  return request.routeOptions.url !== undefined && !['GET', 'HEAD', 'OPTIONS'].includes(request.method) && CHANGING.has(scopeOf(request));
}
