import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { arbitraryOftenScannedTrace } from '../../../../../../test/fixtures/dsl/traces/arbitrary-often-scanned-trace.js';
import { TraceStructure } from '../../../trace/trace-structure.js';
import { regionsOf } from '../joined/joined-span-index.js';
import { orderConstraint, RelativesConstraint } from './order-constraint.js';
import { SpanCounts } from './span-counts.js';
import type { ColumnConstraint } from './span-tree.js';
import { TRACE_COLUMNS, TraceColumns } from './trace-columns.js';
import { NEVER, ValueColumn } from './value-column.js';

const time = fc.oneof(fc.constant(undefined), fc.integer({ min: 0, max: 12 }));
const order = fc.record({ isFirst: fc.boolean(), tolerance: fc.integer({ min: -4, max: 4 }), within: time });
const value = fc.record({ operator: fc.constantFrom('<', '>=', '==', '~=', '>'), outer: fc.integer({ min: -6, max: 6 }) });
const asked = fc.record({
  orders: fc.array(order, { maxLength: 2 }),
  relatives: fc.option(fc.constantFrom('descendants', 'ancestors'), { nil: undefined }),
  values: fc.array(value, { maxLength: 2 }),
  outer: fc.nat(59),
  another: fc.nat(59),
});

it('sums of regions count the spans that satisfy constraints, and sum their values', () => {
  let [several, found, priced] = [0, 0, 0];
  fc.assert(
    fc.property(arbitraryOftenScannedTrace, asked, (trace, { orders, relatives, values, outer, another }) => {
      const columns = TraceColumns.of(trace, TraceStructure.of(trace));
      const read = trace.spans.map((span) => span.attribute('n'));
      const all = [...columns.columns];
      const constraints: ColumnConstraint[] = orders.map(
        (one, place) => orderConstraint(columns, place === 0 ? outer : another, one) as ColumnConstraint,
      );
      if (relatives !== undefined) constraints.push(new RelativesConstraint(columns, outer, relatives));
      for (const { operator, outer: compared } of values) {
        const join = {
          type: 'value',
          operator,
          left: { type: 'inner' },
          right: { type: 'outer' },
          isDirect: true,
          grows: true,
        } as unknown as ConstructorParameters<typeof ValueColumn>[0];
        const column = new ValueColumn(join, read, all.length);
        const constraint = column.constraint(() => compared);
        if (constraint === NEVER || constraint === undefined) return;
        all.push(column.ranks);
        constraints.push(constraint);
      }
      expect(all.length).toBe(TRACE_COLUMNS + values.length);
      const regions = regionsOf(constraints);
      if (regions === undefined) return;
      const weights = Float64Array.from(trace.spans, ({ duration }) => Number(duration));
      const counts = new SpanCounts(all, [weights]);
      const price = counts.price(regions);
      if (price === undefined) return;
      // The price excludes preparation.
      counts.totals(regions);
      const before = counts.visits;
      const totals = counts.totals(regions);
      const left = [...trace.spans.keys()].filter((span) => constraints.every((constraint) => constraint.ofPoint(all, span)));
      const sum = left.reduce((total, span) => total + weights[span]!, 0);
      expect([...totals]).toEqual([left.length, sum]);
      expect(counts.visits - before).toBeLessThanOrEqual(price + regions.length);
      priced++;
      if (regions.length > 4) several++;
      if (left.length > 0) found++;
    }),
    { numRuns: 4_500 },
  );
  expect({ several: several > 500, found: found > 500, priced: priced > 1_500 }).toEqual({ several: true, found: true, priced: true });
}, 120_000);
