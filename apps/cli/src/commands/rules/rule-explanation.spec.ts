import { describe, expect, it } from '@jest/globals';
import { check, describeRule } from '#dsl';
import { explanationText } from './rule-explanation.js';

describe('check --explain', () => {
  it.each([
    ['is decided on traces of up to 32,768 spans', 'span.duration > 1s'],
    [
      /^is decided on traces of up to 32,768 spans; where spans link .* from \d+ spans of one trace on$/,
      'trace.before(span.name == "a", span.name == "b")',
    ],
    [/^may give up from \d+ spans of one trace on$/, 'trace.has(a where trace.has(b where b.name .. a.name == "x"))'],
    [
      /^may give up from \d+ spans of one value that it joins them by on$/,
      'trace.has(a where trace.has(b where b.service == a.service and b.name .. a.name == "x"))',
    ],
    [/^may give up on large traces: .* the loops of the script$/, 'local n = #trace.spans return n > 3'],
  ])('says from how many spans on a rule may exceed its limit: %s', (sentence, text) => {
    expect(sentenceOf(text, 100)).toMatch(sentence);
  });

  it.each([
    ['reads whole spans', 'for _, s in ipairs(trace.spans) do if s.name .. "x" == "zz" then return true end end return false'],
    ['reads nothing but ids and times', 'span.duration > 1s'],
  ])('never understates what a script reads: %s', (line, text) => {
    expect(linesOf(text, 100)).toContain(line);
  });

  it("computes it from the server's setting", () => {
    const [short, long] = [10, 1_000].map((timeout) =>
      Number(/\d+/.exec(sentenceOf('trace.has(a where trace.has(b where b.name .. a.name == "x"))', timeout))),
    );
    expect(long).toBeGreaterThan(5 * short!);
  });
});

function sentenceOf(text: string, timeout: number): string {
  return linesOf(text, timeout).at(-1)!;
}

function linesOf(text: string, timeout: number): readonly string[] {
  const checked = check(text);
  if (!checked.ok) throw new Error(JSON.stringify(checked.diagnostics));
  const explanation = {
    file: 'rule',
    ...describeRule(checked.rule, timeout),
    reads: { fields: [], attributes: [], resource_attributes: [] },
  };
  const plain = { colors: false } as unknown as Parameters<typeof explanationText>[1];
  return explanationText(explanation, plain)
    .trimEnd()
    .split('\n')
    .map((line) => line.trim());
}
