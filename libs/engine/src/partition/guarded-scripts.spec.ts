import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { SpanView } from '#dsl';
import { COMPANIONS, requestOfViews } from '../../../../test/fixtures/dsl/compare-judgements.js';
import { arbitraryScript } from '../../../../test/fixtures/dsl/rules/arbitrary-script.js';
import { arbitraryRelatedTrace } from '../../../../test/fixtures/dsl/rules/arbitrary-trace-rule.js';
import { viewOf } from '../../../../test/fixtures/dsl/traces/plain-span.js';
import { ruleOf } from '../../../../test/fixtures/engine/apply-all.js';
import { RuleSet } from '../rules/rule-set.js';
import { DEFAULT_ASSEMBLY } from '../settings.js';
import type { Verdict } from '../verdict/verdict.js';
import { PartitionEngine } from './partition.js';

/** More milliseconds of steps than any script here takes. */
const AMPLE = 1_000_000;

interface Judged {
  readonly found: readonly string[];
  readonly evaluations: number;
  readonly errors: readonly (readonly [string, number])[];
  readonly lastError: string | undefined;
}

it('a script with guards has the same result as without, among other rules, in the same batches', () => {
  const outcomes = { guarded: 0, matched: 0, failed: 0 };
  fc.assert(
    fc.property(
      arbitraryScript,
      arbitraryRelatedTrace,
      fc.integer({ min: 1, max: 4 }),
      fc.subarray(COMPANIONS),
      (text, trace, size, others) => {
        const companions = others.map((other, n) => ruleOf(`companion-${n}`, other));
        // After another statement, a guard is an ordinary statement.
        const definitions = [ruleOf('guarded', text), ruleOf('plain', `do end ${text}`), ...companions];
        const rules = RuleSet.compile(1, definitions);
        if (rules.problems.length > 0) return;
        const [guarded, plain] = judged(rules, trace.spans, size);
        // Guards evaluated on arrival take none of the script's steps, so that a script may finish in time only because of them. Its result
        // is then that with a sufficient budget.
        const inTime = ranOut(plain) && !ranOut(guarded);
        expect(guarded).toEqual(inTime ? judged(RuleSet.compile(1, definitions, { timeout: AMPLE }), trace.spans, size)[1] : plain);
        if (rules.compiled.rules[0]!.buffered !== undefined) outcomes.guarded++;
        if (plain.found.length > 0) outcomes.matched++;
        if (plain.errors.length > 0) outcomes.failed++;
      },
    ),
    { numRuns: 500 },
  );
  expect(outcomes.guarded).toBeGreaterThan(100);
  expect(outcomes.matched).toBeGreaterThan(50);
  expect(outcomes.failed).toBeGreaterThan(20);
});

it('a script ends in time when its guards alone would exceed its steps', () => {
  const sum = 'trace.sum(span.attributes["k"], (span.start_time - s11.start_time < 0) and (span.attributes["k"] == s11.attributes["k"]))';
  const text = `if trace.before(s11 where ${sum} == 1, s21 where span.before(s21)) then return end return span.name == "b" and next({}) == nil`;
  const id = (n: number): string => n.toString(16).padStart(16, '0');
  const spans = Array.from({ length: 23 }, (_, n) =>
    viewOf({ id: id(n + 1), traceId: id(10).padStart(32, '0'), startTime: (n % 2) * 1e9 }),
  );
  const [guarded, plain] = judged(
    RuleSet.compile(1, [ruleOf('guarded', text), ruleOf('plain', `do end ${text}`)], { timeout: 1 }),
    spans,
    1,
  );
  expect(plain.lastError).toMatch(/took more than 10000 steps/);
  expect(guarded).toEqual({ found: [], evaluations: 23, errors: [], lastError: undefined });
});

/** The verdicts of the rules `guarded` and `plain` on spans that arrive `size` at a time. */
function judged(rules: RuleSet, spans: readonly SpanView[], size: number): readonly [Judged, Judged] {
  const engine = new PartitionEngine({ partition: 0, settings: DEFAULT_ASSEMBLY, ruleSetOf: () => rules, initialEpoch: 1 });
  const found: Record<string, string[]> = { guarded: [], plain: [] };
  const keep = ({ ruleId, spanId }: Verdict): void => void found[ruleId]?.push(spanId);
  for (let from = 0; from <= spans.length; from += size) {
    const value = requestOfViews(spans.slice(from, from + size));
    engine.apply({ kind: 'spans', offset: from, timestamp: 0, value }, keep);
  }
  engine.apply({ kind: 'tick', offset: spans.length + size, timestamp: 2 * DEFAULT_ASSEMBLY.maxAge }, keep);
  const of = (id: string): Judged => {
    const { evaluations, errors, lastError } = engine.accounting.rule(id);
    return { found: found[id]!, evaluations, errors: [...errors], lastError };
  };
  return [of('guarded'), of('plain')];
}

function ranOut({ errors }: Judged): boolean {
  return errors.some(([error]) => error.includes('the script took more than'));
}
