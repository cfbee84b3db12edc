import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { OpenTraces } from '../table/open-traces.js';
import { ROW_WORDS } from '../table/trace-row.js';
import { DueTraces } from './due-traces.js';

describe('traces that are due', () => {
  const word = fc.oneof(fc.integer({ min: 0, max: 2 }), fc.nat(0xffffffff), fc.constantFrom(0x7fffffff, 0x80000000, 0xffffffff));
  const trace = fc.record({
    id: fc.tuple(word, word, word, word),
    deadline: fc.oneof(fc.integer({ min: 0, max: 3 }), fc.constantFrom(1_700_000_000_000, 1_700_000_000_001, 1_704_294_967_296)),
  });

  it('come ordered by deadline, then by id, repeatedly and in any number', () => {
    const traces = new OpenTraces();
    const due = new DueTraces(traces);
    fc.assert(
      fc.property(fc.uniqueArray(trace, { selector: ({ id }) => id.join(), maxLength: 200, size: 'max' }), (wanted) => {
        due.count = 0;
        const rows = wanted.map(({ id, deadline }) => {
          const row = traces.add(...id);
          due.add(row, deadline);
          return row;
        });
        due.sort();
        const found = Array.from({ length: due.count }, (_, n) => {
          const at = due.rows[n]! * ROW_WORDS;
          return { id: [...traces.rows.slice(at, at + 4)], deadline: due.deadlines[n] };
        });
        const byWord = (a: readonly number[], b: readonly number[]): number =>
          a.map((part, k) => part - b[k]!).find((sign) => sign !== 0) ?? 0;
        expect(found).toEqual([...wanted].sort((a, b) => a.deadline - b.deadline || byWord(a.id, b.id)));
        for (const row of rows) traces.remove(row);
      }),
      { numRuns: 300 },
    );
  });
});
