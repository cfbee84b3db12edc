import type { Expression } from '../../text/syntax.js';
import type { Relatives, Resolved, SpanSource } from '../../tree/resolved.js';

/**
 * The meaning of an expression before its use: a value, or an object that only has fields or can only be called. `path` is the attribute key so far
 * (`attribute.http` on the way to `attribute.http.method`).
 */
export type Entity =
  | { readonly kind: 'value'; readonly node: Resolved }
  | { readonly kind: 'span'; readonly span: SpanSource; readonly name: string }
  | { readonly kind: 'trace' }
  | { readonly kind: 'spans' }
  | { readonly kind: 'relatives'; readonly over: Relatives; readonly name: string }
  | { readonly kind: 'map'; readonly span: SpanSource; readonly table: 'attributes' | 'resource'; readonly path?: string }
  | { readonly kind: 'scope'; readonly span: SpanSource }
  | { readonly kind: 'library'; readonly name: string }
  | { readonly kind: 'function'; readonly name: string; readonly of?: Entity };

/** Resolves one node; the files of the checker call each other through it. */
export type Resolve = (expression: Expression) => Resolved;
