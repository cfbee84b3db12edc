import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { FIRST_SPAN_OF_RECORD, type Row } from '../index-types.js';
import { DUPLICATE, DUPLICATE_SAME_TIMES, Duplicates, NEW, OTHER_FORM, SAME_TIMES } from './duplicates.js';
import { OpenTraces } from './table/open-traces.js';
import type { SpanIds } from './table/span-ids.js';
import { MISSING, ROW_WORDS } from './table/trace-row.js';

interface Known {
  readonly row: Row;
  readonly spans: Set<number>;
  readonly parents: Set<number>;
}

function idsOf(span: readonly number[], parent: readonly number[], server: boolean): SpanIds {
  return { traceIds: new Uint32Array(4), spanIds: Uint32Array.from(span), parentIds: Uint32Array.from(parent), isServer: () => server };
}

describe('Duplicates', () => {
  it('distinguishes a client and a server span with one id, and the forms of each', () => {
    const form = fc.record({
      low: fc.integer({ min: 1, max: 40 }),
      server: fc.boolean(),
      form: fc.constantFrom(0, 1, 0x10000, -1, 0x80000001 | 0),
    });
    fc.assert(
      fc.property(fc.array(form, { maxLength: 150, size: 'max' }), (spans) => {
        const traces = new OpenTraces();
        const duplicates = new Duplicates(traces);
        const row = traces.add(0, 0, 0, 1);
        const seen = new Set<string>();
        for (const { low, server, form } of spans) {
          const [known, times, same] = [`${low} ${server}`, `${low} ${server} at ${form >>> 16}`, `${low} ${server} ${form}`];
          const again = seen.has(`${same} again`) ? DUPLICATE_SAME_TIMES : DUPLICATE;
          const expected = seen.has(same) ? again : seen.has(times) ? SAME_TIMES : seen.has(known) ? OTHER_FORM : NEW;
          if (expected === SAME_TIMES) seen.add(`${same} again`);
          expect(duplicates.add(row, idsOf([0, low], [0, 41], server), FIRST_SPAN_OF_RECORD, form)).toBe(expected);
          seen.add(known).add(times).add(same);
          expect(traces.rows[row * ROW_WORDS + MISSING]).toBe(1);
        }
        duplicates.forget(row);
        expect(duplicates.bytes).toBe(0);
      }),
    );
  });

  it('tracks exactly the spans of a trace and its missing parents, in small and large traces', () => {
    const event = fc.record({
      trace: fc.nat(3),
      forget: fc.nat(40).map((chance) => chance === 0),
      spans: fc.array(fc.tuple(fc.integer({ min: 1, max: 90 }), fc.nat(90)), { maxLength: 20, size: 'max' }),
    });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60, size: 'max' }), (events) => {
        const traces = new OpenTraces();
        const duplicates = new Duplicates(traces);
        const known = new Map<number, Known>();
        for (const { trace, forget, spans } of events) {
          const given = known.get(trace) ?? { row: traces.add(0, 0, 1, trace), spans: new Set(), parents: new Set() };
          known.set(trace, given);
          const { row } = given;
          for (const [span, parent] of spans) {
            const ids = idsOf([span % 3, span], [parent % 3, parent], span % 2 === 1);
            expect(duplicates.add(row, ids, FIRST_SPAN_OF_RECORD, 7)).toBe(given.spans.has(span) ? DUPLICATE : NEW);
            if (given.spans.has(span)) continue;
            given.spans.add(span);
            if (parent !== 0) given.parents.add(parent);
            expect(traces.rows[row * ROW_WORDS + MISSING]).toBe([...given.parents].filter((id) => !given.spans.has(id)).length);
          }
          if (!forget) continue;
          duplicates.forget(row);
          traces.remove(row);
          known.delete(trace);
        }
        for (const { row } of known.values()) duplicates.forget(row);
        expect(duplicates.bytes).toBe(0);
      }),
      { numRuns: 40 },
    );
  });
});
