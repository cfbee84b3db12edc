import type { Span } from '../api/types';

export interface TraceRow {
  readonly span: Span;
  /** From 1. */
  readonly level: number;
  /** Whether the tree's line continues below, for each level above this one. */
  readonly lines: readonly boolean[];
  readonly last: boolean;
  /** Whether its parent is named and missing. */
  readonly orphan: boolean;
  readonly children: number;
  /** Nanoseconds after the trace's beginning. */
  readonly start: number;
  readonly length: number;
}

export interface TraceRows {
  readonly rows: readonly TraceRow[];
  /** Nanoseconds from the first start to the last end. */
  readonly length: number;
}

/** The spans in tree order, children by start. A cycle of parents is entered at its first span; each span comes once. */
export function traceRows(spans: readonly Span[]): TraceRows {
  const byId = new Map(spans.map((span) => [span.span_id, span]));
  const start = new Map(spans.map((span) => [span, BigInt(span.start_time)]));
  const startOf = (span: Span): bigint => start.get(span) ?? 0n;
  const sorted = [...spans].sort((a, b) => (startOf(a) < startOf(b) ? -1 : startOf(a) > startOf(b) ? 1 : 0));
  const childrenOf = Map.groupBy(sorted, ({ parent_id, span_id }) => (parent_id === undefined || parent_id === span_id ? '' : parent_id));
  const begin = sorted.reduce(
    (least, span) => (startOf(span) < least ? startOf(span) : least),
    sorted[0] === undefined ? 0n : startOf(sorted[0]),
  );
  const end = sorted.reduce((most, span) => (BigInt(span.end_time) > most ? BigInt(span.end_time) : most), begin);

  const rows: TraceRow[] = [];
  const seen = new Set<Span>();
  /** Not recursive: a chain of ten thousand spans is deeper than the stack. */
  const add = (roots: readonly Span[]): void => {
    const open = roots
      .map((span, index) => ({ span, level: 1, lines: [] as readonly boolean[], last: index === roots.length - 1 }))
      .reverse();
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const { span, level, lines, last } = next;
      if (seen.has(span)) continue;
      seen.add(span);
      const children = (childrenOf.get(span.span_id) ?? []).filter((child) => !seen.has(child));
      const orphan = span.parent_id !== undefined && span.parent_id !== span.span_id && !byId.has(span.parent_id);
      const length = Math.max(0, Number(BigInt(span.end_time) - startOf(span)));
      rows.push({ span, level, lines, last, orphan, children: children.length, start: Number(startOf(span) - begin), length });
      // Beyond this depth lines are not drawn, and lists of them would cost the square of the depth.
      const below = level < DRAWN_LEVELS ? [...lines, !last] : lines;
      for (let index = children.length - 1; index >= 0; index--) {
        const child = children[index];
        if (child !== undefined) open.push({ span: child, level: level + 1, lines: below, last: index === children.length - 1 });
      }
    }
  };
  add(sorted.filter((span) => span.parent_id === undefined || span.parent_id === span.span_id || !byId.has(span.parent_id)));
  for (const span of sorted) if (!seen.has(span)) add([span]);
  return { rows, length: Math.max(1, Number(end - begin)) };
}

/** Deeper spans are indented no further, so that names stay readable. */
export const DRAWN_LEVELS = 12;
