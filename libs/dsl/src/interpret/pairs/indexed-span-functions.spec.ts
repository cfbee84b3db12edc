import { describe, expect, it } from '@jest/globals';
import { type PlainSpan, viewOf } from '../../../../../test/fixtures/dsl/traces/plain-span.js';
import { check } from '../../check/check.js';
import { compileRules } from '../../compile/compile-rules.js';

const SIZE = 20_000;

/** Judges a rule on a large trace within its normal limit; returns the reads of an attribute per span. */
function readsPerSpan(text: string, spanAt: (index: number) => PlainSpan): number {
  const checked = check(text);
  if (!checked.ok) throw new Error(JSON.stringify(checked.diagnostics));
  let reads = 0;
  const spans = Array.from({ length: SIZE }, (_, index) => {
    const view = viewOf(spanAt(index));
    return {
      ...view,
      get name() {
        reads++;
        return view.name;
      },
      attribute: (key: string) => {
        reads++;
        return view.attribute(key);
      },
    };
  });
  const [rule] = compileRules([{ id: 'rule', checked: checked.rule }], { timeout: 0 }).rules;
  const judged = rule!.judge!({ id: 'trace', spans, complete: true });
  expect(judged).toEqual({ matches: [], errors: [] });
  return reads / SIZE;
}

const charges = (index: number): PlainSpan => ({
  id: `${index}`,
  name: index % 2 === 0 ? 'charge' : 'refund',
  startTime: index,
  duration: 1,
  attributes: { order: index >> 1 },
});

const chain = (index: number): PlainSpan => ({ id: `${index}`, parentId: index === 0 ? '' : `${index - 1}`, name: 'a', startTime: index });

describe('rules over pairs of spans do not try all pairs', () => {
  it.each([
    [
      'equal values',
      'trace.has(c where c.name == "charge" and not trace.has(span.name == "refund" and attribute.order == c.attributes.order))',
      charges,
    ],
    ['a deadline', 'not trace.follows(span.name == "charge", span.name == "refund", 5ns)', charges],
    [
      'a deadline for equal values',
      'not trace.follows(c where c.name == "charge", span.name == "refund" and attribute.order == c.attributes.order)',
      charges,
    ],
    ['order', 'trace.before(span.name == "refund", span.name == "x")', charges],
    ['order, backwards', 'not trace.preceded(span.name == "refund", span.name == "charge")', charges],
    ['a chain', 'trace.descendant(span.name == "a", span.name == "b")', chain],
    ['a chain that is asked from below', 'not trace.descendant(span.name == "a", span.id == "19999")', chain],
  ])('%s', (_sentence, text, spanAt) => {
    expect(readsPerSpan(text, spanAt)).toBeLessThan(10);
  });
});
