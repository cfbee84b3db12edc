import { describe, expect, it } from '@jest/globals';
import { type PlainSpan, viewOf } from '../../../../test/fixtures/dsl/traces/plain-span.js';
import { check } from '../check/check.js';
import { compileRules } from '../compile/compile-rules.js';
import type { SpanView } from '../trace/span-view.js';

const EXCEEDED = 'the rule took more steps than it may on one trace (rules.evaluation_timeout)';
const viewsOf = (count: number, spanAt: (index: number) => PlainSpan): SpanView[] =>
  Array.from({ length: count }, (_, index) => viewOf(spanAt(index)));

function compiled(text: string, timeout: number) {
  const checked = check(text);
  if (!checked.ok) throw new Error(JSON.stringify(checked.diagnostics));
  return compileRules([{ id: 'rule', checked: checked.rule }], { timeout }).rules[0]!;
}

describe('a rule over all pairs of spans', () => {
  const flat = viewsOf(400, (index) => ({ id: `${index}`, name: `n${index}`, startTime: index, duration: 1 }));
  const chain = viewsOf(3_000, (index) => ({
    id: `${index}`,
    parentId: index === 0 ? '' : `${index - 1}`,
    startTime: index,
    name: index === 0 ? 'first' : 'a',
    links: index === 2_999 ? ['0'] : [],
  }));

  it.each([
    ['nested conditions', 'trace.has(a where trace.has(b where trace.has(c where c.name .. a.name .. b.name == "x")))', flat],
    ['each span with all that are below it', 'span.id != "" and span.descendants.max(span.duration) > 1h', chain],
    ['the order of a linked chain', 'trace.before(a where a.id != "x", b where b.id .. a.id == "x")', chain],
    ['all ancestors of all', 'trace.has(a where a.ancestors.has(b where b.name .. a.name == "x"))', chain],
  ])('ends in one error, for any work that it does: %s', (_sentence, text, spans) => {
    const trace = { id: 't', spans, complete: true };
    const rule = compiled(text, 10);
    expect(rule.judge!(trace)).toEqual({ matches: [], errors: [{ span: -1, message: EXCEEDED, exceeded: true }] });
  });

  it('is explained within the same limit', () => {
    const evidence = { trace: { id: 't', spans: flat, complete: true }, spans: flat, spanCount: flat.length };
    const rule = compiled('trace.has(a where trace.has(b where a.name .. b.name == "x")) or trace.has(span.id == "1")', 1);
    const { summary } = rule.explain({ ...evidence, atom: () => ({ count: 0, witnesses: [] }) });
    expect(summary).toMatch(/^trace\.has\(a where .* is not known: the rule took more steps than it may on one trace/);
  });

  it('keeps the results before the limit', () => {
    const text = 'span.name == "first" or span.descendants.max(span.duration) > 1h';
    const { matches, errors } = compiled(text, 10).judge!({ id: 't', spans: chain, complete: true });
    expect([matches, errors]).toEqual([[0], [{ span: -1, message: EXCEEDED, exceeded: true }]]);
  });

  it('is judged if the limit suffices', () => {
    const trace = { id: 't', spans: flat.slice(0, 60), complete: true };
    const text = 'trace.has(a where trace.has(b where a.name .. b.name == "n1n59"))';
    expect(compiled(text, 100).judge!(trace)).toEqual({ matches: [-1], errors: [] });
  });
});
