import type { KeyScope } from '../authentication/scopes.js';
import type { ErrorRenderer } from '../problem-details/problem.filter.js';

declare module 'fastify' {
  /** The settings of a route, from `@RouteConfig({ … })`. */
  interface FastifyContextConfig {
    /** `public` needs no API key, `metrics` needs one only with `authentication.protect_metrics`. */
    access?: 'public' | 'metrics';
    /** The required scope; default: `read` for GET and HEAD, else `admin`. */
    scope?: KeyScope;
    /**
     * `raw`: the handler gets the decompressed bytes as a Buffer, whatever the content type. `json_bytes`: likewise, of JSON. `discard`: the body is ignored.
     * Default: JSON is parsed.
     */
    body?: 'raw' | 'json_bytes' | 'discard';
    /** Maximum bytes of a body, if less than `server.request_limit`. */
    bodyLimit?: number;
    /** Answers errors in the route's own format. */
    renderError?: ErrorRenderer;
  }
}
