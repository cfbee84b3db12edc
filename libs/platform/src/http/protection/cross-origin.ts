import cors from '@fastify/cors';
import type { FastifyInstance } from 'fastify';

/** Request headers that pages may send in addition to the key's. */
const REQUEST_HEADERS = [
  'Accept',
  'Authorization',
  'Content-Encoding',
  'Content-Type',
  'If-Match',
  'If-None-Match',
  'Last-Event-ID',
  'Traceparent',
  'Tracestate',
];
/** Response headers that pages may read. */
const ANSWER_HEADERS = ['ETag', 'Location', 'Retry-After', 'RateLimit-Limit', 'RateLimit-Remaining', 'RateLimit-Reset'];
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];
/** Seconds for which a browser may cache a preflight. */
const MAX_AGE = 600;

export interface CrossOriginOptions {
  /** Origins whose pages may send requests, or `*`; empty: none. */
  readonly origins: readonly string[];
  readonly apiKeyHeader: string;
}

/**
 * Lets pages of the given origins send requests and read the answers. Refusals must be readable too, so it runs before the hooks that refuse. Keys travel in
 * headers that a page sets itself; credentials that browsers add (cookies) are never allowed.
 */
export async function allowOrigins(fastify: FastifyInstance, { origins, apiKeyHeader }: CrossOriginOptions): Promise<void> {
  if (origins.length === 0) return;
  await fastify.register(cors, {
    origin: origins.includes('*') ? '*' : [...origins],
    methods: METHODS,
    allowedHeaders: [...new Set([...REQUEST_HEADERS, apiKeyHeader])],
    exposedHeaders: ANSWER_HEADERS,
    maxAge: MAX_AGE,
  });
}
