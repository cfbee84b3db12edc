import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ReferenceState } from '../../../../test/fixtures/dsl/reference-state.js';
import { arbitraryMixedRule, arbitrarySpan, arbitraryTraceRule } from '../../../../test/fixtures/dsl/rules/arbitrary-rule.js';
import { type PlainSpan, viewOf } from '../../../../test/fixtures/dsl/traces/plain-span.js';
import { check } from '../check/check.js';
import { compileRules } from '../compile/compile-rules.js';
import { type CompiledRule, FAILED, FALSE, type Outcome, TRUE, type Truth, UNKNOWN } from '../contract/compiled-rule-set.js';
import { interpretCondition } from '../interpret/interpret.js';
import type { SpanView } from '../trace/span-view.js';
import type { CheckedExpression } from '../tree/rule.js';

const arbitraryTrace = fc.array(arbitrarySpan, { minLength: 1, maxLength: 8 }).map((spans) => spans.map(viewOf));

describe('early verdicts', () => {
  it('of trace rules are those of the interpreter on the whole trace, at every span and at close', () => {
    let early = 0;
    fc.assert(
      fc.property(fc.array(arbitraryTraceRule, { minLength: 1, maxLength: 12 }), arbitraryTrace, (texts, spans) => {
        for (const { checked, rule, state } of online(texts, spans)) {
          if (checked.subject === 'span') continue;
          early += follow(rule, state, spans.length, 0, expectedOf(checked, spans), checked.text);
        }
      }),
      { numRuns: 150 },
    );
    expect(early).toBeGreaterThan(150);
  });

  it('of rules over a span and its trace are those of the interpreter, for every span', () => {
    let early = 0;
    fc.assert(
      fc.property(fc.array(arbitraryMixedRule, { minLength: 1, maxLength: 12 }), arbitraryTrace, (texts, spans) => {
        for (const { checked, rule, make } of online(texts, spans)) {
          if (checked.subject === 'trace') continue;
          for (const [i, subject] of spans.entries()) {
            const state = make();
            const expected = expectedOf(checked, spans, subject);
            if (rule.condition >= 0 && !state.holds(i, rule.condition)) {
              expect({ text: checked.text, candidate: false, expected }).not.toMatchObject({ expected: TRUE });
              continue;
            }
            early += follow(rule, state, spans.length, state.spanBits(rule, i), expected, checked.text);
          }
        }
      }),
      { numRuns: 150 },
    );
    expect(early).toBeGreaterThan(150);
  });

  it.each([
    ['a count above its limit', 'trace.count(span.name == "a") > 1', [UNKNOWN, UNKNOWN, TRUE]],
    ['a count that may not be above its limit', 'trace.count(span.name == "a") <= 1', [UNKNOWN, UNKNOWN, FALSE]],
    ['a count that equalled its limit', 'trace.count(span.name == "a") == 1', [UNKNOWN, UNKNOWN, FALSE]],
    ['a span that breaks "all"', 'not trace.all(span.name == "a")', [UNKNOWN, TRUE, TRUE]],
    ['a span that makes "has"', 'trace.has(span.name == "b")', [UNKNOWN, TRUE, TRUE]],
    ['an absence that is over', 'not trace.has(span.name == "b") and trace.has(span.name == "a")', [UNKNOWN, FALSE, FALSE]],
    ['an absence that may last', 'trace.has(span.name == "a") and not trace.has(span.name == "c")', [UNKNOWN, UNKNOWN, UNKNOWN]],
    ['a count written the other way round', '1 < trace.count(span.name == "a")', [UNKNOWN, UNKNOWN, TRUE]],
    ['a count that is not small', 'not (trace.count(span.name == "a") <= 1)', [UNKNOWN, UNKNOWN, TRUE]],
    ['a count and something', 'trace.count(span.name == "a") + 1 > 2', [UNKNOWN, UNKNOWN, TRUE]],
    ['a sum of counts', 'trace.count(span.name == "a") + trace.count(span.name == "b") > 1', [UNKNOWN, TRUE, TRUE]],
    ['a weighed sum', '2 * trace.count(span.name == "a") + trace.span_count // 2 >= 3', [UNKNOWN, TRUE, TRUE]],
    ['what is left', '2 - trace.count(span.name == "a") < 1', [UNKNOWN, UNKNOWN, TRUE]],
    ['what is left, when it is too little', '2 - trace.count(span.name == "a") >= 1', [UNKNOWN, UNKNOWN, FALSE]],
    ['a negative count', '-trace.count(span.name == "a") ~= -1', [UNKNOWN, UNKNOWN, TRUE]],
    ['enough time in other units', 'trace.duration / 5ns > 2', [UNKNOWN, UNKNOWN, TRUE]],
    [
      'a difference of counts is never certain',
      'trace.count(span.name == "a") - trace.count(span.name == "b") > 0',
      [UNKNOWN, UNKNOWN, UNKNOWN],
    ],
    ['what could wrap around is never certain', 'trace.count(span.name == "a") + 9223372036854775807 < 0', [UNKNOWN, UNKNOWN, UNKNOWN]],
    ['enough spans', 'trace.span_count >= 2', [UNKNOWN, TRUE, TRUE]],
    ['enough time', 'trace.duration > 10', [UNKNOWN, UNKNOWN, TRUE]],
  ] as const)('%s is certain at once', (_sentence, text, expected) => {
    const plain: PlainSpan[] = [{ name: 'a', duration: 5 }, { name: 'b' }, { name: 'a', startTime: 20 }];
    const [only] = online([text], plain.map(viewOf));
    expect(only?.rule.needs).toBe('online');
    const answers = plain.map(() => {
      only?.state.feed();
      return only?.rule.decide?.(only.state, 0);
    });
    expect(answers).toEqual(expected);
  });
});

/** Feeds the trace span by span, and counts the early verdicts, which must equal the last one. */
function follow(rule: CompiledRule, state: ReferenceState, spans: number, spanBits: number, expected: Outcome, text: string): number {
  let early = 0;
  for (let i = 0; i < spans; i++) {
    state.feed();
    const answer: Truth | undefined = rule.decide?.(state, spanBits);
    if (answer === UNKNOWN) continue;
    expect({ text, after: i + 1, answer }).toEqual({ text, after: i + 1, answer: expected });
    if (i + 1 < spans) early++;
  }
  expect({ text, concluded: rule.conclude?.(state, spanBits) }).toEqual({ text, concluded: expected });
  return early;
}

function expectedOf(checked: CheckedExpression, spans: readonly SpanView[], subject?: SpanView): Outcome {
  const trace = { id: spans[0]?.traceId ?? '', spans, complete: false };
  const truth = interpretCondition(checked.resolved, subject === undefined ? { trace } : { trace, subject });
  return truth === undefined ? FAILED : truth ? TRUE : FALSE;
}

/** The rules among the texts that need bits and counters, compiled together, each with a fresh state. */
function online(texts: readonly string[], spans: readonly SpanView[]) {
  const rules = texts.flatMap((text) => {
    const checked = check(text);
    return checked.ok && checked.rule.kind === 'expression' ? [checked.rule] : [];
  });
  const compiled = compileRules(rules.map((checked, index) => ({ id: String(index), checked })));
  const make = (): ReferenceState => new ReferenceState(compiled, spans);
  return rules.flatMap((checked, index) => {
    const rule = compiled.rules[index] as CompiledRule;
    return rule.needs === 'online' ? [{ checked, rule, make, state: make() }] : [];
  });
}
