import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Duplicates } from './duplicates.js';
import { OpenTraces } from './open-traces.js';
import { MISSING, ROW_WORDS } from './trace-row.js';

interface Known {
  readonly row: number;
  readonly spans: Set<number>;
  readonly parents: Set<number>;
}

describe('Duplicates', () => {
  it('knows exactly which spans a trace has and which parents it misses, small or large', () => {
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
            expect(duplicates.add(row, span % 3, span, parent % 3, parent)).toBe(!given.spans.has(span));
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
