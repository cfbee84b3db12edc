import type { SpanView } from './span-view.js';
import type { TraceStructure } from './trace-structure.js';

/**
 * `a` is before `b`: a had ended when b started. The structure of the trace takes precedence over clocks:
 *
 * 1. a span to which b, or an ancestor of b, links is before b;
 * 2. a span is never before its own ancestors, or before a span that it depends on by such a link;
 * 3. an ancestor is before its descendant if it ended no later than that started, by the clocks as they are (an ancestor usually ends later);
 * 4. otherwise a's end must be no later than b's start, where clocks of different services may differ by `tolerance` nanoseconds.
 *
 * A negative tolerance requires certainty: b must start that much after a's end. Where the structure contradicts itself (rings), the clocks decide. No span
 * is before itself. The order of arrival does not matter.
 */
export function isBefore(a: SpanView, b: SpanView, tolerance: number | bigint, structure: TraceStructure): boolean {
  if (a === b) return false;
  const clocks = gap(a, b);
  const agrees = clocks >= (a.service === b.service ? 0 : -tolerance);
  if (!structure.hasLinks) {
    // Without links a span's causes are its ancestors: no sets are needed.
    const below = structure.isAncestor(a, b);
    if (!below && !agrees) return false;
    return below === structure.isAncestor(b, a) ? agrees : below && clocks >= 0;
  }
  const causes = structure.causesOf(b);
  const builds = causes.all.has(a);
  if (builds === structure.causesOf(a).all.has(b)) return agrees;
  return builds && (causes.linked.has(a) || clocks >= 0);
}

/** From a's end to b's start, nanoseconds. */
export function gap(a: SpanView, b: SpanView): bigint {
  return BigInt(b.startTime) - BigInt(a.endTime);
}

/** The gap is no longer than `within`; different clocks may make it look longer. */
export function isWithin(a: SpanView, b: SpanView, within: number | bigint | undefined, tolerance: number | bigint): boolean {
  if (within === undefined) return true;
  const apart = gap(a, b);
  if (a.service === b.service) return apart <= within;
  return apart <= Number(within) + Number(tolerance);
}
