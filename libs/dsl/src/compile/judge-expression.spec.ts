import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { arbitrarySpan } from '../../../../test/fixtures/dsl/rules/arbitrary-rule.js';
import { viewOf } from '../../../../test/fixtures/dsl/traces/plain-span.js';
import { check } from '../check/check.js';
import type { CompiledRule, EvaluationResult } from '../contract/compiled-rule-set.js';
import { interpretCondition } from '../interpret/interpret.js';
import type { CheckedExpression } from '../tree/rule.js';
import type { LuaError } from '../values/lua/lua-error.js';
import { compileRules } from './compile-rules.js';

const arbitraryTrace = fc
  .array(arbitrarySpan, { minLength: 1, maxLength: 8 })
  .map((spans) => ({ id: 'trace', spans: spans.map(viewOf), complete: false }));

describe('rules that need the spans of the trace', () => {
  it.each([
    ['the root', 'trace.root.name == "checkout" and trace.count(span.kind == "server") >= 1'],
    ['a value beside a total', 'span.duration * 2 > trace.duration'],
    ['a value beside a count', 'span.has(attribute.n) and attribute.n > trace.count(span.status == "error")'],
    ['a trace function within another', 'trace.has(span.name == "a" and trace.count(span.kind == "client") > 1)'],
    ['services', '#trace.services > 2 and span.is_root'],
    ['a span by its place', 'trace.spans[2].name == span.name'],
    [
      'more conditions on the span than bits',
      Array.from({ length: 20 }, (_, n) => `(attribute.n > ${n} or trace.span_count > ${n})`).join(' and '),
    ],
  ])('%s: as the interpreter says, span by span', (_sentence, text) => {
    const { checked, rule } = compiledRule(text);
    fc.assert(
      fc.property(arbitraryTrace, (trace) => {
        const expected: { matches: number[]; errors: { span: number; message: string }[] } = { matches: [], errors: [] };
        for (const [span, subject] of checked.subject === 'trace' ? [[-1, undefined] as const] : trace.spans.entries()) {
          const onError = ({ message }: LuaError): void => void expected.errors.push({ span, message });
          if (interpretCondition(checked.resolved, subject === undefined ? { trace } : { trace, subject }, onError))
            expected.matches.push(span);
        }
        expect(rule.judge?.(trace)).toEqual(expected satisfies EvaluationResult);
      }),
      { numRuns: 100 },
    );
  });
});

describe('scripts', () => {
  const trace = {
    id: 'trace',
    complete: true,
    spans: [viewOf({ name: 'a', attributes: { n: 1 } }), viewOf({ name: 'b' }), viewOf({ name: 'c', attributes: { n: 3 } })],
  };

  it('judge each span; an error on one leaves the others judged', () => {
    const { rule } = compiledScript('local n = attribute.n return n > 1');
    expect(rule.needs).toBe('spans');
    expect(rule.judge?.(trace)).toEqual({ matches: [2], errors: [{ span: 1, message: expect.stringContaining('attempt to compare') }] });
  });

  it('judge a trace once', () => {
    const { rule } = compiledScript(
      'local names = {} for _, s in ipairs(trace.spans) do names[s.name] = true end return names.a and names.c',
    );
    expect(rule.judge?.(trace)).toEqual({ matches: [-1], errors: [] });
  });

  it('are stopped if they never end', () => {
    const { rule } = compiledScript('while true do end return trace.id');
    expect(rule.judge?.(trace).errors[0]?.message).toContain('steps');
  });

  it('are explained by their result', () => {
    const { rule } = compiledScript('local n = attribute.n return n > 1');
    const evidence = { atom: () => ({ count: 0, witnesses: [] }), spanCount: 3, spans: trace.spans };
    expect(rule.explain({ ...evidence, span: trace.spans[2]! }).summary).toBe(
      'the script returned true at line 1 for the span "c" (span); n > 1 holds (n is 3)',
    );
    expect(rule.explain({ ...evidence, span: trace.spans[1]! }).conditions[0]?.error).toContain('attempt to compare');
  });
});

function compiledRule(text: string): { readonly checked: CheckedExpression; readonly rule: CompiledRule } {
  const checked = check(text);
  if (!checked.ok || checked.rule.kind !== 'expression') throw new Error(JSON.stringify(checked.diagnostics));
  const rule = compileRules([{ id: 'rule', checked: checked.rule }]).rules[0]!;
  expect(rule.needs).toBe('columns');
  return { checked: checked.rule, rule };
}

function compiledScript(text: string): { readonly rule: CompiledRule } {
  const checked = check(text);
  if (!checked.ok) throw new Error(JSON.stringify(checked.diagnostics));
  return { rule: compileRules([{ id: 'rule', checked: checked.rule }]).rules[0]! };
}
