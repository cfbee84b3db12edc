import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { arbitraryScript } from '../../../../test/fixtures/dsl/rules/arbitrary-script.js';
import { arbitraryRelatedTrace } from '../../../../test/fixtures/dsl/rules/arbitrary-trace-rule.js';
import { NotedSpans } from '../../../../test/fixtures/dsl/traces/noted-spans.js';
import { checkSaved } from '../check/check.js';
import type { CompiledRuleSet } from '../contract/compiled-rule-set.js';
import { ScriptRule } from '../script/script-rule.js';
import type { CheckedScript } from '../tree/rule.js';
import { compileRules } from './compile-rules.js';

const BODY = 'local n = 0 for _, s in ipairs(trace.spans) do n = n + s.duration end return n > 5';

describe('the guards of a script', () => {
  it.each([
    ['what its guard asks for', 'if not trace.has(span.name == "a") then return end', ['span.name == "a"']],
    ['that of a guard that returns false', 'if not trace.has(span.name == "a") then return false end', ['span.name == "a"']],
    [
      'that of a guard without `not`',
      'if trace.all(span.name ~= "a") or not trace.has(span.name == "b") then return nil end',
      ['span.name == "b"'],
    ],
    [
      'that of several guards',
      'if not trace.has(span.name == "a") then return end if not (trace.count(span.name == "b") > 2) then return end',
      ['span.name == "a"', 'span.name == "b"'],
    ],
    ['a test that may fail on a span', 'if not trace.has(span.attributes.n > 3) then return end', ['span.attributes.n > 3']],
    ['its subject', 'if not (span.name == "a") then return end', ['span.name == "a"']],
    ['nothing behind what may fail', 'if not (trace.duration / "x" > 3 and trace.has(span.name == "a")) then return end', []],
    ['nothing of a condition that is not a rule', 'if not trace.has(function(s) return s.name == "a" end) then return end', []],
    ['nothing behind such a condition', 'if not {} then return end if not trace.has(span.name == "a") then return end', []],
    ['nothing of what does not end it', 'if not trace.has(span.name == "a") then local m = 1 end', []],
    ['nothing of what returns something', 'if not trace.has(span.name == "a") then return 0 end', []],
    ['nothing where there is another way', 'if not trace.has(span.name == "a") then return else local m = 1 end', []],
    ['nothing behind a statement', 'local x = 1 if not trace.has(span.name == "a") then return end', []],
    ['nothing of a span that is a global', 'if not (span.name == "a") then return end span = trace.root', []],
  ] as const)('is %s', (_sentence, guard, needed) => {
    expect(neededBy(`${guard} ${BODY}`)).toEqual(needed);
  });

  it('are the first operands of its result', () => {
    expect(neededBy('return trace.has(span.name == "a") and next({}) == nil and trace.has(span.name == "b")')).toEqual([
      'span.name == "a"',
    ]);
  });
});

describe('the guard of a script that loops over the spans', () => {
  const loop = (condition: string, locals = 'local n = 0', result = 'n > 3') =>
    `${locals} for _, s in ipairs(trace.spans) do if ${condition} then n = n + 1 end end return ${result}`;
  it.each([
    ['what something happens for', loop('s.name == "a"'), ['s.name == "a"']],
    ['that, with constants', loop('s.duration > limit * 2', 'local n, limit = 0, 1s'), ['s.duration > (1s) * 2']],
    ['that of a variable called span', loop('span.name == "a"').replace('_, s', '_, span'), ['span.name == "a"']],
    [
      'what its guards ask for, too',
      `if not trace.has(span.name == "b") then return end ${loop('s.name == "a"')}`,
      ['s.name == "a"', 'span.name == "b"'],
    ],
    ['nothing behind a guard that fails', `if not (trace.duration / "x" > 0) then return end ${loop('s.name == "a"')}`, []],
    ['nothing behind a guard that may fail', `if not (trace.root.name == "a") then return end ${loop('s.name == "a"')}`, []],
    ['nothing when it is true without', loop('s.name == "a"', 'local n = 0', 'n < 3'), []],
    ['nothing when its result is not false', loop('s.name == "a"', 'local n = 0', 'n'), []],
    ['nothing when the condition may fail', loop('s.attributes.n > 3'), []],
    ['nothing when a local may fail', loop('s.name == "a"', 'local n, m = 0, #nil'), []],
    ['nothing when it asks another span', loop('s.parent and s.parent.name == "a"'), []],
    ['nothing when a local is not a constant', loop('s.name == m', 'local n, m = 0, trace.root.name'), []],
    ['nothing when more happens in the loop', loop('s.name == "a"').replace('do if', 'do n = n + 1 if'), []],
    ['nothing when something else happens otherwise', loop('s.name == "a"').replace('1 end', '1 else n = n + 2 end'), []],
    ['nothing when more happens behind it', loop('s.name == "a"').replace('return', 'n = 9 return'), []],
    ['nothing when the place is what counts', loop('i == 1 and s.name == "a"').replace('_, s', 'i, s'), []],
    ['nothing when ipairs is another', loop('s.name == "a"', 'local n, ipairs = 0, nil'), []],
  ] as const)('is %s', (_sentence, text, needed) => {
    expect(neededBy(text)).toEqual(needed);
  });
});

it('guards do not change the verdicts of a script', () => {
  let [guarded, spared, thinned, looped] = [0, 0, 0, 0];
  fc.assert(
    fc.property(arbitraryScript, arbitraryRelatedTrace, (text, trace) => {
      const checked = scriptOf(text);
      if (checked === undefined) return;
      const compiled = compileRules([{ id: 'script', checked }]);
      const { buffered, judge } = compiled.rules[0]!;
      if (buffered === undefined) return;
      guarded++;
      const expected = new ScriptRule(checked, {}).judge(trace);
      // Where guards skip spans, the budget suffices for more of the others.
      if (expected.errors.some(({ exceeded }) => exceeded !== undefined)) return;
      const held = new NotedSpans(compiled, trace.spans);
      const isDue = buffered.needed.every((condition) => held.holds(condition).length + held.fails(condition).length > 0);
      expect({ text, ...(isDue ? judge!(trace, held) : { matches: [], errors: [] }) }).toEqual({ text, ...expected });
      if (!isDue) spared++;
      if (!isDue && checked.loop !== undefined) looped++;
      if (!isDue) return;
      if (buffered.candidate >= 0) thinned++;
    }),
    { numRuns: 3_000 },
  );
  expect(guarded).toBeGreaterThan(300);
  expect(spared).toBeGreaterThan(50);
  expect(thinned).toBeGreaterThan(20);
  expect(looped).toBeGreaterThan(20);
});

function scriptOf(text: string): CheckedScript | undefined {
  const checked = checkSaved(text);
  return checked.ok && checked.rule.kind === 'script' ? checked.rule : undefined;
}

function neededBy(text: string): readonly string[] {
  const compiled: CompiledRuleSet = compileRules([{ id: 'script', checked: scriptOf(text)! }]);
  return (compiled.rules[0]!.buffered?.needed ?? []).map((condition) => compiled.conditions[condition]!.text).sort();
}
