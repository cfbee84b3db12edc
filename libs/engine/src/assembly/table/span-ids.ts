import type { SpanIndex } from '../../index-types.js';
/** The ids of the spans of one record, as the projection reads them: big-endian words. */
export interface SpanIds {
  readonly traceIds: Uint32Array;
  readonly spanIds: Uint32Array;
  readonly parentIds: Uint32Array;
  isServer(i: SpanIndex): boolean;
}
