import type { SpanView } from '../../../trace/span-view.js';
import type { Resolved } from '../../../tree/resolved.js';
import type { Value } from '../../../values/value.js';
import type { ValueJoin } from '../plan/join-plan.js';
import type { Region } from '../ranks/region.js';
import type { TraceColumns } from '../ranks/trace-columns.js';
import { type FAILED, NEVER, ValueColumn } from '../ranks/value-column.js';

/** The values that comparisons read of a question's candidates, as ranks by position in the trace; -1 for other spans. */
export class LinkedValues {
  readonly ranks: readonly Int32Array[];
  private readonly columns: readonly ValueColumn[];

  constructor(
    joins: readonly ValueJoin[],
    candidates: readonly SpanView[],
    trace: TraceColumns,
    read: (node: Resolved, span: SpanView) => Value | typeof FAILED,
  ) {
    const positions = candidates.map((span) => trace.indexOf(span) as number);
    this.columns = joins.map((join, index) => {
      const given = candidates.map((span) => read(join.inner, span));
      return new ValueColumn(join, given, index);
    });
    this.ranks = this.columns.map((column) => {
      const ranks = new Int32Array(trace.columns[0]!.length).fill(-1);
      positions.forEach((position, place) => {
        ranks[position] = column.ranks[place]!;
      });
      return ranks;
    });
  }

  /** The ranges that satisfy the outer values. Undefined where an order of values does not decide a comparison. */
  asked(attempted: (node: Resolved) => Value | typeof FAILED): readonly Region[] | typeof NEVER | undefined {
    const ranges: Region[] = [];
    for (const column of this.columns) {
      const constraint = column.constraint(({ node }) => attempted(node));
      if (constraint === NEVER) return NEVER;
      const regions = constraint?.regions?.();
      if (regions === undefined) return undefined;
      ranges.push(...regions);
    }
    return ranges;
  }
}
