import { describe, expect, it } from '@jest/globals';
import { viewOf } from '../../../../test/fixtures/dsl/plain-span.js';
import { check } from '../check.js';
import { compileRules } from '../compile/compile-rules.js';

const SPANS = [
  viewOf({ id: '1', name: 'charge', startTime: 0, duration: 5, attributes: { order: 'A', n: 3 } }),
  viewOf({ id: '2', name: 'audit', startTime: 10, duration: 1, parentId: '1', attributes: { order: 'A' } }),
  viewOf({ id: '3', name: 'charge', startTime: 20, duration: 5, attributes: { order: 'B', n: 4 } }),
];

function summary(text: string): string {
  const checked = check(text);
  if (!checked.ok) throw new Error(JSON.stringify(checked.diagnostics));
  const { summary: found } = compileRules([{ id: 'rule', checked: checked.rule }]).rules[0]!.explain({
    atom: () => ({ count: 0, witnesses: [] }),
    spanCount: SPANS.length,
    spans: SPANS,
    trace: { id: 'trace', spans: SPANS, complete: true },
  });
  return found;
}

describe('rules about several spans are explained', () => {
  it.each([
    [
      'trace.before(span.name == "charge", span.name == "audit")',
      '"charge" (span.name == "charge") ended before "audit" (span.name == "audit") started',
    ],
    [
      'trace.before(span.name == "audit", span.name == "refund")',
      '1 of 3 spans satisfies span.name == "audit", and none of them ended before one that satisfies span.name == "refund"',
    ],
    ['trace.before(span.name == "x", span.name == "audit")', '0 of 3 spans satisfy span.name == "x"'],
    [
      'not trace.follows(c where c.name == "charge", span.name == "audit" and attribute.order == c.attributes.order, 1s)',
      '"charge" satisfies c.name == "charge" and is not followed by a span that satisfies span.name == "audit" and attribute.order == c.attributes.order within 1s',
    ],
    [
      'trace.preceded(span.name == "audit", span.name == "charge")',
      '1 of 3 spans satisfies span.name == "audit", and each is preceded by one that satisfies span.name == "charge"',
    ],
    [
      'trace.child(span.name == "charge", span.name == "audit")',
      '"charge" (span.name == "charge") is the parent of "audit" (span.name == "audit")',
    ],
    [
      'trace.sum(attribute.n, span.name == "charge") > 5',
      'trace.sum(attribute.n, span.name == "charge") > 5 holds (trace.sum(attribute.n, span.name == "charge") is 7)',
    ],
    ['trace.root.children.has(span.name == "audit")', 'of trace.root.children 1 of 1 span satisfies span.name == "audit"'],
    ['trace.depth > 1', 'trace.depth > 1 holds (trace.depth is 2)'],
    [
      'trace.has(c where c.name == "charge" and not trace.has(span.name == "audit" and attribute.order == c.attributes.order))',
      '1 of 3 spans satisfies c.name == "charge" and not trace.has(span.name == "audit" and attribute.order == c.attributes.order)',
    ],
  ])('%s', (text, expected) => {
    expect(summary(text)).toBe(expected);
  });
});
