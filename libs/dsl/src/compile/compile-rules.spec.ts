import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { arbitraryCondition, arbitrarySpan } from '../../../../test/fixtures/dsl/rules/arbitrary-rule.js';
import { columnsOf } from '../../../../test/fixtures/dsl/traces/plain-columns.js';
import { viewOf } from '../../../../test/fixtures/dsl/traces/plain-span.js';
import { check } from '../check/check.js';
import type { CompiledRuleSet } from '../contract/compiled-rule-set.js';
import { judgeCondition } from '../interpret/judge-condition.js';
import type { SpanView } from '../trace/span-view.js';
import type { CheckedExpression } from '../tree/rule.js';
import { compileRules } from './compile-rules.js';

describe('generated conditions', () => {
  it('match and fail as the interpreter does, in batches of any size', () => {
    let pairs = 0;
    fc.assert(
      fc.property(
        fc.array(arbitraryCondition, { minLength: 1, maxLength: 40 }),
        fc.array(arbitrarySpan, { minLength: 1, maxLength: 12 }),
        fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 }),
        (texts, plain, steps) => {
          const rules = texts.flatMap(checkedSpanRule);
          const spans = plain.map(viewOf);
          const compiled = compileRules(rules.map((checked, index) => ({ id: String(index), checked })));
          const outcomes = evaluateInBatches(compiled, spans, steps);
          for (const [index, { resolved, text }] of rules.entries()) {
            const condition = compiled.rules[index]?.condition ?? -1;
            for (const [i, span] of spans.entries()) {
              const expected = judgeCondition(resolved, span);
              const found = outcomes(i, condition);
              expect({ text, i, found }).toEqual({ text, i, found: typeof expected === 'string' ? 'failed' : expected });
              if (typeof expected === 'string') expect(compiled.errorOf(condition, columnsOf(spans, compiled.reads), i)).toBe(expected);
              pairs++;
            }
          }
        },
      ),
      { numRuns: 200 },
    );
    expect(pairs).toBeGreaterThan(2_000);
  });
});

/** The rule, if the checker accepts it and its span alone decides it. */
function checkedSpanRule(text: string): CheckedExpression[] {
  const checked = check(text);
  return checked.ok && checked.rule.kind === 'expression' && checked.rule.subject === 'span' ? [checked.rule] : [];
}

/** Evaluates the spans in batches of the given sizes, cyclically, into arrays with arbitrary content. */
function evaluateInBatches(compiled: CompiledRuleSet, spans: readonly SpanView[], steps: readonly number[]) {
  const columns = columnsOf(spans, compiled.reads);
  const rows: { matched: Uint32Array; failed: Uint32Array; row: number }[] = [];
  for (let from = 0, step = 0; from < spans.length; step++) {
    const to = Math.min(spans.length, from + (steps[step % steps.length] ?? 1));
    const size = (to - from) * compiled.words + 3;
    const [matched, failed] = [new Uint32Array(size).fill(0xffffffff), new Uint32Array(size).fill(0xffffffff)];
    compiled.evaluate(columns, from, to, matched, failed);
    for (let i = from; i < to; i++) rows.push({ matched, failed, row: i - from });
    from = to;
  }
  return (i: number, condition: number): boolean | 'failed' => {
    const { matched, failed, row } = rows[i] as (typeof rows)[number];
    const word = row * compiled.words + (condition >> 5);
    const holds = (((matched[word] ?? 0) >>> (condition & 31)) & 1) === 1;
    const fails = (((failed[word] ?? 0) >>> (condition & 31)) & 1) === 1;
    expect(holds && fails).toBe(false);
    return fails ? 'failed' : holds;
  };
}
