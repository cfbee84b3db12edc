import { describe, expect, it } from '@jest/globals';
import { ReferenceState } from '../../../../test/fixtures/dsl/reference-state.js';
import { viewOf } from '../../../../test/fixtures/dsl/traces/plain-span.js';
import { check } from '../check/check.js';
import { compileRules } from '../compile/compile-rules.js';
import type { Atom, CompiledRuleSet } from '../contract/compiled-rule-set.js';
import type { Evidence } from '../contract/explanation.js';

const SPANS = [
  viewOf({ id: 's1', name: 'charge', service: 'payment', duration: 2e9, attributes: { amount: 1200 } }),
  viewOf({ id: 's2', name: 'retry', service: 'payment', parentId: 's1', kind: 'client' }),
  viewOf({ id: 's3', name: 'reply', service: 'shop', parentId: 's1', kind: 'server' }),
];
const NOTHING: Evidence = { atom: () => ({ count: 0, witnesses: [] }), spanCount: 3 };

describe('the summary', () => {
  it.each([
    ['names the value that broke the limit', 'span.duration > 1s', 'span.duration > 1s holds (span.duration is 2s)'],
    [
      'names every part that made it true',
      'span.duration > 1s and attribute.amount > 1000',
      'span.duration > 1s holds (span.duration is 2s); attribute.amount > 1000 holds (attribute.amount is 1200)',
    ],
    [
      'names the first part that made it false',
      'span.kind == "server" and span.name == "x"',
      'span.kind == "server" does not hold (span.kind is "unspecified")',
    ],
    [
      'names only the alternative that made it true',
      'span.name == "x" or span.duration > 1s',
      'span.duration > 1s holds (span.duration is 2s)',
    ],
    ['says what failed', 'attribute.tenant > 5', 'attribute.tenant > 5 failed: attempt to compare number with nil'],
    ['reads a missing attribute whole', 'not attribute.token', 'not attribute.token holds (attribute.token is nil)'],
  ])('of a span rule %s', (_sentence, text, summary) => {
    expect(ruleOf(text).explain({ ...NOTHING, span: SPANS[0]! }).summary).toBe(summary);
  });

  it.each([
    [
      'counts witnesses and their absence',
      'trace.has(span.name == "charge") and not trace.has(span.name == "audit.log")',
      '1 span satisfies span.name == "charge"; 0 of 3 spans satisfy span.name == "audit.log"',
    ],
    [
      'says why not',
      'trace.has(span.name == "audit.log") and trace.has(span.name == "charge")',
      '0 of 3 spans satisfy span.name == "audit.log"',
    ],
    ['says what a count led to', 'trace.count(span.name == "charge") > 3', '1 of 3 spans satisfies span.name == "charge", not more than 3'],
    ['says that all do', 'trace.all(span.name != "audit.log")', '3 of 3 spans satisfy span.name != "audit.log"'],
    ['says that not all do', 'not trace.all(span.name == "charge")', 'not all spans satisfy span.name == "charge"'],
    [
      'shows the trace as a whole',
      'trace.span_count >= 3 and trace.duration > 1s',
      'trace.span_count >= 3 holds (trace.span_count is 3); trace.duration > 1s holds (trace.duration is 1.5s)',
    ],
  ])('of a trace rule %s', (_sentence, text, summary) => {
    const compiled = compile(text);
    expect(compiled.rules[0]?.explain({ ...evidenceOf(compiled), duration: 1.5e9 }).summary).toBe(summary);
  });

  it('of a rule over a span and its trace uses the bits that were kept', () => {
    const text = 'span.name == "charge" and span.duration > 1s and not trace.has(span.name == "fraud.check")';
    const compiled = compile(text);
    const explanation = compiled.rules[0]?.explain({ ...evidenceOf(compiled), spanBits: 1 });
    expect(explanation?.summary).toBe(
      'span.name == "charge" and span.duration > 1s holds; 0 of 3 spans satisfy span.name == "fraud.check"',
    );
    const [known] = explanation!.tree!.children!;
    expect(known!.children!.map(({ outcome, sentence }) => [outcome, sentence])).toEqual([
      ['true', 'span.name == "charge" holds'],
      ['true', 'span.duration > 1s holds'],
    ]);
  });

  it('is exact where all spans are kept', () => {
    const explanation = ruleOf('trace.root.name == "charge" and trace.count(span.service == "payment") == 2').explain({
      ...NOTHING,
      spans: SPANS,
    });
    expect(explanation.summary).toBe(
      'trace.root.name == "charge" holds (trace.root.name is "charge"); 2 of 3 spans satisfy span.service == "payment", exactly 2: "charge" (s1) and "retry" (s2)',
    );
    expect(explanation.conditions[1]).toEqual({
      condition: 'trace.count(span.service == "payment") == 2',
      value: true,
      matched: 2,
      of: 3,
      witnesses: [
        { span_id: 's1', name: 'charge', service: 'payment' },
        { span_id: 's2', name: 'retry', service: 'payment' },
      ],
      observed: { 'trace.count(span.service == "payment")': 2 },
    });
  });
});

describe('outcomes', () => {
  it('carry bigints as text and cut long texts', () => {
    const span = viewOf({ duration: 9_007_199_254_740_993n, name: 'x'.repeat(5_000) });
    const { conditions } = ruleOf('span.duration > 1s and #span.name > 1').explain({ ...NOTHING, span });
    expect(conditions[0]?.observed).toEqual({ 'span.duration': '9007199254740993' });
    expect(String(conditions[1]?.observed?.['span.name']).length).toBeLessThan(300);
  });

  it('say what failed, for the rule that is counted as failed', () => {
    const compiled = compile('trace.count(span.name == "a") // 0 > 3');
    expect(compiled.rules[0]?.explain(evidenceOf(compiled)).conditions[0]?.error).toBe('attempt to divide by zero');
  });
});

function compile(text: string): CompiledRuleSet {
  const checked = check(text);
  if (!checked.ok) throw new Error(JSON.stringify(checked.diagnostics));
  return compileRules([{ id: 'rule', checked: checked.rule }]);
}

function ruleOf(text: string) {
  return compile(text).rules[0]!;
}

/** The state that an engine keeps of SPANS: counts, and a bit for `has`. */
function evidenceOf(compiled: CompiledRuleSet): Evidence {
  const state = new ReferenceState(compiled, SPANS);
  for (const _span of SPANS) state.feed();
  const countOf = ({ kind, slot }: Atom): number => (kind === 'has' ? Number(state.has(slot)) : state.count(slot));
  return { atom: (index) => ({ count: countOf(compiled.atoms[index]!), witnesses: [] }), spanCount: SPANS.length };
}
