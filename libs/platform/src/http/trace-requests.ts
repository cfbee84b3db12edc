import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { OpenSpan, Tracing } from '../tracing/tracing.js';

/** Machines request these so often that their spans would hide the others. */
const NOT_TOLD: ReadonlySet<string> = new Set(['/health', '/ready', '/metrics']);

/** Records a span for each request, as a child of the client's span if the headers name one. Does nothing while tracing is off. */
export function traceRequests(fastify: FastifyInstance, tracing: Tracing): void {
  if (!tracing.on) return;
  const spans = new WeakMap<FastifyRequest, OpenSpan>();
  fastify.addHook('onRequest', (request, _reply, done) => {
    const route = request.routeOptions.url ?? 'unknown';
    const { method } = request;
    if (!NOT_TOLD.has(route)) {
      const attributes = { 'http.request.method': method, 'http.route': route };
      const span = tracing.begin({ name: `${method} ${route}`, kind: 'server', attributes }, (name) => [request.headers[name]].flat()[0]);
      if (span !== undefined) spans.set(request, span);
    }
    done();
  });
  // In preHandler, because the body arrives in the context of its connection.
  fastify.addHook('preHandler', (request, _reply, done) => {
    const span = spans.get(request);
    if (span === undefined) done();
    else span.within(done);
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    const span = spans.get(request);
    span?.set({ 'http.response.status_code': reply.statusCode });
    span?.end(reply.statusCode >= 500 ? new HttpFailure(reply.statusCode) : undefined);
    done();
  });
}

class HttpFailure extends Error {
  override readonly name: string;
  constructor(status: number) {
    super('');
    this.name = String(status);
  }
}
