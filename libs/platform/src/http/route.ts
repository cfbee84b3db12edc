import type { Scope } from '../authentication/scopes.js';
import type { ErrorRenderer } from '../problem-details/problem.filter.js';

declare module 'fastify' {
  /** The settings of a route, from `@RouteConfig({ … })`. */
  interface FastifyContextConfig {
    /** `public` needs no API key, `metrics` only when `authentication.protect_metrics` is on. */
    access?: 'public' | 'metrics';
    /** The scope that a key must have; default `read` for GET and HEAD, `admin` for all else. */
    scope?: Scope;
    /**
     * `raw`: the handler gets the decompressed bytes as a Buffer, whatever the content type; `json_bytes`: those of JSON. `discard`: nobody
     * reads it. Else JSON is parsed.
     */
    body?: 'raw' | 'json_bytes' | 'discard';
    /** Bytes of a body, when that is less than `server.request_limit`. */
    bodyLimit?: number;
    /** Answers errors in the route's own format. */
    renderError?: ErrorRenderer;
  }
}
