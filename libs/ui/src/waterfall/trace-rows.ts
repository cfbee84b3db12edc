import type { Span } from '../api/types';

export interface TraceRow {
  readonly span: Span;
  /** The number of earlier rows with the same span id: both sides of a call may share one, and a span may have several forms. */
  readonly sameIdBefore: number;
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
  const rowsOfId = new Map<string, number>();
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
      const sameIdBefore = rowsOfId.get(span.span_id) ?? 0;
      rowsOfId.set(span.span_id, sameIdBefore + 1);
      rows.push({
        span,
        sameIdBefore,
        level,
        lines,
        last,
        orphan,
        children: children.length,
        start: Number(startOf(span) - begin),
        length,
      });
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

/** Whether its id selects the row: an id that several rows have selects the first of them. */
export const isSelectable = ({ sameIdBefore }: TraceRow): boolean => sameIdBefore === 0;

/**
 * The row that a key selects. Others on the way are skipped: their id would select a row that is further up.
 * @param from the index of the selected row; -1: none
 * @param to the index at which the key aims, which may be outside of the rows
 */
export function rowTowards(rows: readonly TraceRow[], from: number, to: number): TraceRow | undefined {
  const index = Math.max(0, to);
  const below = index > from ? rows.slice(index).find(isSelectable) : undefined;
  return below ?? rows.slice(0, index + 1).findLast(isSelectable);
}

/** Deeper spans are indented no further, so that names stay readable. */
export const DRAWN_LEVELS = 12;
