import { describe, expect, it } from '@jest/globals';
import { viewOf } from '../../../../test/fixtures/dsl/traces/plain-span.js';
import { check } from '../check/check.js';
import { compileRules } from '../compile/compile-rules.js';
import type { Explanation } from '../contract/explanation.js';
import type { SpanView } from '../trace/span-view.js';

const SPANS = [
  viewOf({ id: '1', name: 'charge', startTime: 0, duration: 5, attributes: { order: 'A', n: 3 } }),
  viewOf({ id: '2', name: 'audit', startTime: 10, duration: 1, parentId: '1', attributes: { order: 'A' } }),
  viewOf({ id: '3', name: 'charge', startTime: 20, duration: 5, attributes: { order: 'B', n: 4 } }),
];

function explained(text: string, spans: readonly SpanView[] = SPANS, isWhole = false): Explanation {
  const checked = check(text);
  if (!checked.ok) throw new Error(JSON.stringify(checked.diagnostics));
  return compileRules([{ id: 'rule', checked: checked.rule }]).rules[0]!.explain({
    atom: () => ({ count: 0, witnesses: [] }),
    spanCount: spans.length,
    spans,
    isWhole,
    trace: { id: 'trace', spans, complete: true },
  });
}

describe('rules about several spans are explained', () => {
  it.each([
    ['trace.before(span.name == "charge", span.name == "audit")', '"charge" (1) ended 5ns before "audit" (2) started'],
    [
      'trace.before(span.name == "audit", span.name == "refund")',
      '1 of 3 spans satisfies span.name == "audit", and none of them ended before one that satisfies span.name == "refund"',
    ],
    ['trace.before(span.name == "x", span.name == "audit")', '0 of 3 spans satisfy span.name == "x"'],
    [
      'not trace.follows(c where c.name == "charge", span.name == "audit" and attribute.order == c.attributes.order, 1s)',
      '"charge" (3) is not followed by a span that satisfies span.name == "audit" and attribute.order == "B" within 1s (closest is "audit" (2): attribute.order is "A")',
    ],
    ['trace.preceded(span.name == "audit", span.name == "charge")', '"audit" (2) is preceded by "charge" (1)'],
    ['trace.child(span.name == "charge", span.name == "audit")', '"charge" (1) is the parent of "audit" (2)'],
    [
      'trace.sum(attribute.n, span.name == "charge") > 5',
      'attribute.n adds up to 7 over 2 spans, more than 5: the largest is 4 of "charge" (3), of those that satisfy span.name == "charge"',
    ],
    ['trace.root.children.has(span.name == "audit")', 'of trace.root.children 1 of 1 span satisfies span.name == "audit": "audit" (2)'],
    ['trace.depth > 1', 'trace.depth > 1 holds (trace.depth is 2)'],
    [
      'trace.has(c where c.name == "charge" and not trace.has(span.name == "audit" and attribute.order == c.attributes.order))',
      '"charge" (3): 0 of 3 spans satisfy span.name == "audit" and attribute.order == "B" (closest is "audit" (2): attribute.order is "A")',
    ],
    // Another value that is as large is named too.
    ['trace.max(span.duration) > 1ns', 'the largest span.duration is 5ns, more than 1ns, of "charge" (1) and "charge" (3)'],
    // For a rule about order: which of the two comes first, and by how much.
    [
      'trace.has(a where a.name == "charge" and trace.has(span.name == "audit" and a.before(span)))',
      '"charge" (1): there is "audit" (2): "charge" (1) ended 5ns before it started',
    ],
    [
      'trace.has(a where a.name == "audit" and not trace.has(span.name == "charge" and attribute.order == "B" and span.before(a)))',
      '"audit" (2): 0 of 3 spans satisfy span.name == "charge" and attribute.order == "B" and span.before(a) (closest is "charge" (3): it ended 15ns after "audit" (2) started)',
    ],
    // The first span has none before it either; the last is closer by its own values.
    [
      'trace.has(a where a.attributes.n == 4 and not trace.has(b where b.before(a) and b.attributes.order == "A"))',
      '0 of 3 spans satisfy a.attributes.n == 4 and not trace.has(…) (closest is "charge" (3): 2 spans, the first is "charge" (1): b.attributes.order is "A"; it ended 15ns before "charge" (3) started)',
    ],
    // Among spans that miss the same operands, the one with the nearest number is named.
    [
      'trace.has(c where c.name == "charge" and trace.count(span.start_time > c.end_time) > 2)',
      '0 of 3 spans satisfy c.name == "charge" and trace.count(…) > 2 (closest is "charge" (1): 2 of 3 spans satisfy span.start_time > c.end_time, not more than 2: "audit" (2) and "charge" (3))',
    ],
    [
      'trace.has(c where c.name == "charge" and trace.count(span.end_time < c.start_time) > 2)',
      '0 of 3 spans satisfy c.name == "charge" and trace.count(…) > 2 (closest is "charge" (3): 2 of 3 spans satisfy span.end_time < c.start_time, not more than 2: "charge" (1) and "audit" (2))',
    ],
  ])('%s', (text, expected) => {
    expect(explained(text).summary).toBe(expected);
  });

  it('names the start of a span once', () => {
    const spans = [
      viewOf({ id: '1', name: 'w', startTime: 990, duration: 10 }),
      viewOf({ id: '2', name: 'y', startTime: 1_000, duration: 10 }),
      viewOf({ id: '3', name: 'x', startTime: 1_010 }),
    ];
    const before = 'trace.before(s where s.name == "w", span.name == "y" and span.before(a))';
    const { tree } = explained(`trace.has(a where a.name == "x" and ${before})`, spans);
    const told = JSON.stringify(tree);
    expect(told).toContain('ended before \\"y\\" (2) started, where it ended as \\"x\\" (3) started');
    expect(told).not.toContain('started started');
  });

  it('names the closest candidate after it', () => {
    expect(explained('not trace.before(span.name == "audit", span.name == "charge" and attribute.order == "A")').summary).toBe(
      '1 of 3 spans satisfies span.name == "audit", and none of them ended before one that satisfies span.name == "charge" and attribute.order == "A" (closest is "charge" (1), which started 11ns before "audit" (2) ended)',
    );
  });

  it('shows the value of a tested attribute, in the sentence and next to it', () => {
    const { tree } = explained('trace.has(a where a.name == "charge" and a.attributes.order and a.attributes.n == 4)');
    const [, there] = tree?.children?.[0]?.children ?? [];
    expect(there).toMatchObject({ kind: 'value', sentence: 'a.attributes.order holds (it is "B")', value: 'B' });
  });

  it('reports ties of the most frequent value, and that no value repeats', () => {
    const spanOf = (id: number, order: string): SpanView =>
      viewOf({ id: String(id), name: 'charge', startTime: id, attributes: { order } });
    const ofOrders = (orders: string): string =>
      explained(
        'trace.max_count(attribute.order) > 1',
        [...orders].map((order, id) => spanOf(id, order)),
      ).summary;
    expect(ofOrders('abab')).toBe('attribute.order is "a" on 2 spans, more than 1: "charge" (0) and "charge" (2), and as often "b"');
    expect(ofOrders('abcabcab')).toBe(
      'attribute.order is "a" on 3 spans, more than 1: "charge" (0), "charge" (3) and "charge" (6), and as often "b"',
    );
    expect(ofOrders('aabbccdd')).toContain(', and as often "b" and 2 other values');
    expect(ofOrders('abc')).toBe('attribute.order is "a" on 1 span, not more than 1: "charge" (0)');
  });

  it('names, among spans that miss the same operand, the one with the nearest number', () => {
    const spans = [undefined, 3, 9, 20].map((n, id) =>
      viewOf({ id: String(id), name: 'charge', ...(n === undefined ? {} : { attributes: { n } }) }),
    );
    const of = (text: string): string => explained(text, spans, true).summary;
    expect(of('trace.has(c where c.name == "charge" and c.attributes.n and c.attributes.n > 30)')).toContain('closest is "charge" (3)');
    expect(of('trace.has(c where c.name == "charge" and c.attributes.n == 8)')).toContain('closest is "charge" (2)');
    expect(of('trace.has(c where c.name == "charge" and c.attributes.n == 2)')).toContain('closest is "charge" (1)');
    expect(of('span.name == "charge" and attribute.n > 30')).toMatch(/^"charge" \(3\) came furthest/);
    expect(of('span.name == "charge" and attribute.n < 3')).toMatch(/^"charge" \(1\) came furthest/);
  });
});
