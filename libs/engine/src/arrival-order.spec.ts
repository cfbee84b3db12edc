import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { applyAll, engineOf, ruleOf } from '../../../test/fixtures/engine/apply-all.js';
import { A_SPAN, type TestSpan } from '../../../test/fixtures/engine/test-span.js';

const root = (span: number, start: number, duration: number): TestSpan => ({ ...A_SPAN, span, start, duration, name: `r${span}` });
const child = (span: number, start: number, name: string): TestSpan => ({ ...A_SPAN, span, parent: 1, start, name, service: `s${span}` });

/** Two roots that start together, one that starts later, and children that no two orders sort alike. */
const SPANS = [
  root(3, 500, 9),
  root(1, 500, 900),
  root(2, 700, 5),
  child(7, 520, 'a'),
  child(5, 520, 'a'),
  child(6, 510, 'b'),
  child(4, 900, 'a'),
];

const RULES = [
  ['the root', 'trace.root and trace.root.duration > 100', 1],
  ['the span that stands for the trace, of an absence', 'not trace.has(span.name == "audit")', 1],
  ['the witness of a bit', 'trace.has(span.name == "a") and not trace.has(span.name == "audit")', 5],
  ['the witness of a count', 'trace.count(span.name == "a") == 3', 5],
  ['the witness of a rule over columns', 'not trace.preceded(span.name == "a", span.name == "audit")', 5],
  ['the span that stands for the trace, of a script', 'return #trace.spans == 7', 1],
  ['the spans of a script', 'return trace.spans[3].name == "b" and trace.spans[4].service == "s5" and trace.spans[7].name == "a"', 1],
  ['the services', 'trace.services[2] == "s6" and trace.services[3] == "s5"', 1],
] as const;

describe('the order of arrival decides nothing:', () => {
  const rules = RULES.map(([, expression], n) => ruleOf(`r${n}`, expression));

  it.each(RULES.map(([what, , span], n) => [what, n, span] as const))('not %s', (_what, n, span) => {
    fc.assert(
      fc.property(fc.shuffledSubarray(SPANS, { minLength: SPANS.length }), fc.integer({ min: 1, max: 7 }), (spans, first) => {
        const batches = [
          { time: 0, spans: spans.slice(0, first) },
          { time: 1, spans: spans.slice(first) },
        ];
        const verdicts = applyAll(engineOf([rules]), [...batches, { time: 1_000 }]).filter(({ ruleId }) => ruleId === `r${n}`);
        expect(verdicts.map(({ spanId, status }) => [Number.parseInt(spanId, 16), status])).toEqual([[span, 'open']]);
      }),
      { numRuns: 30 },
    );
  });
});
