import type { FastifyInstance } from 'fastify';
import type { Registry } from 'prom-client';
import { registerMetrics } from '../metrics/declaration.js';
import { HTTP_METRICS } from '../metrics/http-metrics.js';

/** Counts and times each request. Unknown paths share one label, so that scanners create no series. */
export function measureRequests(fastify: FastifyInstance, registry: Registry): void {
  const metrics = registerMetrics(HTTP_METRICS, registry);
  fastify.addHook('onResponse', (request, reply, done) => {
    const labels = { method: request.method, route: request.routeOptions.url ?? 'unknown', status: String(reply.statusCode) };
    metrics.requests.inc(labels);
    metrics.duration.observe(labels, reply.elapsedTime / 1_000);
    done();
  });
}
