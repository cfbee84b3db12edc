import type { SpanRelation } from '../vocabulary/trace-vocabulary.js';
import { isBefore, isWithin } from './span-order.js';
import type { SpanView } from './span-view.js';
import type { TraceStructure } from './trace-structure.js';

/**
 * Whether a and b are related as `trace.<relation>(a, b)` requires.
 * @param within maximum nanoseconds between them; undefined: any
 * @param tolerance nanoseconds by which clocks of different services may differ
 */
export function areRelated(
  relation: SpanRelation,
  a: SpanView,
  b: SpanView,
  within: number | bigint | undefined,
  tolerance: number | bigint,
  structure: TraceStructure,
): boolean {
  switch (relation) {
    case 'before':
      return isBefore(a, b, tolerance, structure);
    case 'follows':
      return isBefore(a, b, tolerance, structure) && isWithin(a, b, within, tolerance);
    case 'preceded':
      return isBefore(b, a, tolerance, structure) && isWithin(b, a, within, tolerance);
    case 'never_after':
      return isBefore(a, b, -tolerance, structure);
    case 'child':
      return structure.parent(b) === a;
    case 'descendant':
      return a !== b && structure.isAncestor(a, b);
  }
}
