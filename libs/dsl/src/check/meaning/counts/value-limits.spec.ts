import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { judgedByInterpreter } from '../../../../../../test/fixtures/dsl/judgements.js';
import { viewOf } from '../../../../../../test/fixtures/dsl/traces/plain-span.js';
import type { TraceView } from '../../../trace/span-view.js';
import { check, checkSaved } from '../../check.js';

const READ = ['start_time', 'end_time', 'duration', 'attributes.n'];
const SPANS = ['span', 'trace.root', 'trace.spans[1]', 'span.parent'];
const values = [
  ...READ.flatMap((read) => SPANS.map((span) => `${span}.${read}`)),
  ...READ.flatMap((read) => ['min', 'max', 'avg', 'sum'].map((name) => `trace.${name}(span.${read})`)),
  ...READ.flatMap((read) => ['min', 'max'].map((name) => `trace.${name}(span.${read}, span.name == "a")`)),
  ...READ.flatMap((read) => ['min', 'max'].map((name) => `span.children.${name}(span.${read})`)),
  'trace.max(span.parent.start_time)',
  'trace.max(span.duration + 1)',
  'trace.duration',
  'trace.span_count',
  'trace.distinct(span.attributes.n)',
  'trace.max_count(span.name)',
];

const rules = fc
  .record({
    left: fc.constantFrom(...values),
    right: fc.constantFrom(...values),
    operator: fc.constantFrom('<', '<=', '>', '>=', '==', '~='),
    // The limit for their difference.
    limit: fc.constantFrom(undefined, undefined, -1, 0, 1),
  })
  .map(({ left, right, operator, limit }) =>
    limit === undefined ? `${left} ${operator} ${right}` : `${left} - ${right} ${operator} ${limit}`,
  );

const spans = fc.array(
  fc.record({
    name: fc.constantFrom('a', 'b'),
    startTime: fc.integer({ min: 1, max: 6 }),
    // Clocks may run backwards.
    duration: fc.integer({ min: -3, max: 6 }),
    n: fc.constantFrom(undefined, -2, 0, 3, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2n ** 62n, 'text', true),
    parent: fc.nat(3),
  }),
  { minLength: 1, maxLength: 4 },
);

const traceOf = (drawn: typeof spans extends fc.Arbitrary<infer Drawn> ? Drawn : never): TraceView => ({
  id: 't',
  complete: true,
  spans: drawn.map(({ name, startTime, duration, n, parent }, index) =>
    viewOf({
      id: `${index}`,
      parentId: index === 0 ? '' : `${parent % drawn.length}`,
      name,
      startTime,
      duration,
      attributes: n === undefined ? {} : { n },
    }),
  ),
});

it('a comparison reported as never true holds on no trace, even with skewed clocks', () => {
  let told = 0;
  let withoutClocks = 0;
  fc.assert(
    fc.property(rules, fc.array(spans, { minLength: 10, maxLength: 10 }), (text, traces) => {
      const { diagnostics } = check(text);
      const reported = diagnostics.find(({ message }) => message.includes('is never more than'));
      const saved = checkSaved(text);
      if (reported === undefined || !saved.ok || saved.rule.kind !== 'expression') return;
      const isOfClocks = reported.message.includes('unless clocks run backwards');
      if (isOfClocks) withoutClocks++;
      else told++;
      // A mean divides a sum, which wraps: see docs/decisions/0003.
      const isOfSums = reported.message.includes('sums beyond 64 bits');
      for (const drawn of traces) {
        const trace = traceOf(
          drawn.map(({ duration, n, ...span }) => ({
            ...span,
            duration: isOfClocks ? Math.abs(duration) : duration,
            n: isOfSums && typeof n === 'bigint' ? n >> 4n : n,
          })),
        );
        expect([text, judgedByInterpreter(saved.rule, trace).matches]).toEqual([text, []]);
      }
    }),
    { numRuns: 10_000 },
  );
  expect({ told: told > 20, withoutClocks: withoutClocks > 3 }).toEqual({ told: true, withoutClocks: true });
}, 120_000);
