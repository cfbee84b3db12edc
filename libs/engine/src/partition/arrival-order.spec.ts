import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ExplanationNode } from '#dsl';
import { applyAll, engineOf, ruleOf } from '../../../../test/fixtures/engine/apply-all.js';
import { WINDOW_SETTINGS } from '../../../../test/fixtures/engine/deliveries.js';
import { A_SPAN, type TestSpan } from '../../../../test/fixtures/engine/test-span.js';

const root = (span: number, start: number, duration: number): TestSpan => ({ ...A_SPAN, span, start, duration, name: `r${span}` });
const child = (span: number, start: number, name: string): TestSpan => ({ ...A_SPAN, span, parent: 1, start, name, service: `s${span}` });

/** Two roots that start together, one that starts later, and children whose order differs by every criterion. */
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

describe('the order of arrival does not change', () => {
  const rules = RULES.map(([, expression], n) => ruleOf(`r${n}`, expression));

  it.each(RULES.map(([what, , span], n) => [what, n, span] as const))('%s', (_what, n, span) => {
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

  it('the spans that has, all and count name: the first fifty that match', () => {
    const of = (span: number): TestSpan => ({ ...A_SPAN, span, parent: 999, start: 1_000 + (span % 40), name: 'a' });
    const spans = Array.from({ length: 60 }, (_, n) => of(n + 1)).flatMap((span) => [
      span,
      // The other side of a call with the same id, and another form of the same span.
      ...(span.span % 9 === 0 ? [{ ...span, client: true }] : []),
      ...(span.span % 7 === 0 ? [{ ...span, duration: span.duration + 5 }] : []),
    ]);
    const byOrder = [...spans].sort(
      (a, b) => a.start - b.start || a.span - b.span || Number(b.client ?? false) - Number(a.client ?? false) || b.duration - a.duration,
    );
    const naming = [
      ruleOf('more', 'trace.count(span.name == "a") > 3'),
      ruleOf('two', 'trace.count(span.name == "a") > trace.count(span.name == "c")'),
      ruleOf('about', 'span.name == "end" and trace.count(span.name == "a") >= 2'),
      ruleOf('certain', 'trace.has(span.name == "a")'),
      ruleOf('absent', 'trace.has(span.name == "a") and not trace.has(span.name == "c")'),
      ruleOf('both', 'span.name == "end" and trace.has(span.name == "a")'),
      ruleOf('uniform', 'not trace.all(span.name != "a")'),
      ruleOf('mostly', 'trace.has(span.name == "end") and not trace.all(span.name != "a") and trace.span_count < 1000'),
    ];
    const end: TestSpan = { ...A_SPAN, span: 500, parent: 999, start: 2_000, name: 'end' };
    fc.assert(
      fc.property(
        fc.subarray(spans, { minLength: 5 }),
        fc.constantFrom('shuffled', 'sorted', 'reversed'),
        fc.infiniteStream(fc.nat()),
        (some, order, draw) => {
          const wanted = byOrder.filter((span) => some.includes(span)).map(({ span }) => span);
          const sorted = byOrder.filter((span) => some.includes(span));
          const keys = new Map(sorted.map((span) => [span, draw.next().value as number]));
          const arrived =
            order === 'shuffled' ? sorted.sort((a, b) => keys.get(a)! - keys.get(b)!) : order === 'reversed' ? sorted.reverse() : sorted;
          const cut = (draw.next().value as number) % arrived.length;
          const records = [
            { time: 0, spans: arrived.slice(0, cut) },
            { time: 1, spans: arrived.slice(cut) },
            { time: 2, spans: [end] },
            { time: 1_000 },
          ];
          const settings = { ...WINDOW_SETTINGS, maxSpans: 1_000 };
          const engine = engineOf([naming], { settings });
          const last = new Map(applyAll(engine, records).map((verdict) => [verdict.ruleId, verdict]));
          for (const { id } of naming) {
            const kind = ALL.includes(id) ? 'all' : COUNT.includes(id) ? 'count' : 'has';
            const node = nodeOf(last.get(id)?.explanation.tree, kind, ({ witnesses: [first] = [] }) => first !== END_ID);
            const witnesses = node?.witnesses?.map((spanId) => Number.parseInt(spanId, 16));
            const all = some.length + 1;
            // Further spans do not change the result for the others.
            const of = kind === 'count' ? all : undefined;
            const count = kind === 'all' ? undefined : wanted.length;
            expect([id, node?.count, node?.of, witnesses]).toEqual([id, count, of, wanted.slice(0, 50)]);
            expect([id, node?.more_witnesses ?? 0]).toEqual([id, Math.max(0, wanted.length - 50)]);
            expect([id, node?.at_least]).toEqual([id, undefined]);
          }
          // Their memory is accounted for, and released with the trace.
          const forgotten = 1_000 + settings.maxAge + 2 * settings.lateWindow;
          const after = engineOf([naming], { settings });
          applyAll(after, [...records, { time: forgotten }, { time: 2 * forgotten }]);
          expect(after.memory).toBeLessThan(400);
          expect(engine.memory).toBeGreaterThan(after.memory + 3 * 32 * Math.min(49, wanted.length - 1));
        },
      ),
      { numRuns: 100 },
    );
  });
});

const COUNT = ['more', 'two', 'about'];
const ALL = ['uniform', 'mostly'];
const END_ID = (500).toString(16).padStart(16, '0');

/** The first node of a kind that satisfies a condition. */
function nodeOf(tree: ExplanationNode | undefined, kind: string, isSo: (node: ExplanationNode) => boolean): ExplanationNode | undefined {
  if (tree === undefined || (tree.kind === kind && isSo(tree))) return tree;
  for (const child of tree.children ?? []) {
    const found = nodeOf(child, kind, isSo);
    if (found !== undefined) return found;
  }
  return undefined;
}
