import type { MetricDeclarations } from './declaration.js';

/** Metrics of HTTP requests in every app. `route` is the route's template, so that ids make no series. */
export const HTTP_METRICS = {
  requests: {
    type: 'counter',
    name: 'http_requests_total',
    help: 'HTTP requests answered.',
    labels: ['method', 'route', 'status'],
  },
  duration: {
    type: 'histogram',
    name: 'http_request_duration_seconds',
    help: 'Time from the request line to the end of the answer.',
    labels: ['method', 'route', 'status'],
    buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  },
} as const satisfies MetricDeclarations;
