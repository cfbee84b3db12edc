import { describe, expect, it } from '@jest/globals';
import { encodeRequest, spansFromJson } from '#otlp';
import { engineOf, ruleOf } from '../../../../test/fixtures/engine/apply-all.js';
import type { CountedTypeFailure } from '../accounting.js';

/** The counts for a rule on root spans with these attributes, all in one record. */
function countedOf(expression: string, attributes: readonly object[]): readonly CountedTypeFailure[] {
  const spans = attributes.map((own, n) => ({
    trace_id: `t${n}`,
    span_id: 'a',
    name: 'charge',
    start_time: 0,
    end_time: 1,
    attributes: own,
  }));
  const engine = engineOf([[ruleOf('r', expression)]]);
  engine.apply({ kind: 'spans', offset: 0, timestamp: 0, value: encodeRequest(spansFromJson(JSON.stringify({ spans }))) }, () => {});
  engine.apply({ kind: 'tick', offset: 1, timestamp: 10_000 }, () => {});
  return [...engine.accounting.rule('r').typeFailures.values()];
}

describe('a value of an unexpected type', () => {
  const MIXED = [{ amount: 5 }, {}, { amount: '5000' }, {}, { amount: true }, { amount: '7' }];
  const failures = (reading: string, compared: (type: string) => string) => [
    { message: compared('string'), reading, example: '"5000"', count: 2 },
    { message: compared('boolean'), reading, example: 'true', count: 1 },
  ];
  const less = (type: string) => `attempt to compare number with ${type}`;

  it.each([
    ['a span rule', 'attribute.amount > 1000', 'attribute.amount', less],
    ['a rule over the trace', 'trace.has(attribute.amount > 1000)', 'attribute.amount', less],
    ['a rule about a span in its trace', 'attribute.amount > 1000 and not trace.has(span.name == "audit")', 'attribute.amount', less],
    ['a condition of a rule judged at close', 'trace.before(attribute.amount > 1000, span.name == "x")', 'attribute.amount', less],
    ['what is computed first', 'span.name == "charge" and attribute.amount + 0 > 1', 'attribute.amount', undefined],
  ])('counts by kind, with the expression and an example, separately from missing ones: %s', (_kind, rule, reading, text) => {
    const counted = countedOf(rule, MIXED);
    if (text !== undefined) expect(counted).toEqual(failures(reading, text));
    else expect(counted.map(({ example, count }) => [example, count])).toEqual([['true', 1]]);
  });

  it('does not count if it is missing, or the rule checks the type', () => {
    expect(countedOf('attribute.amount > 1000', [{}, {}])).toEqual([]);
    expect(countedOf('type(attribute.amount) == "number" and attribute.amount > 1000', MIXED)).toEqual([]);
    expect(countedOf('attribute.amount == 1000', MIXED)).toEqual([]);
  });

  it('counts by kind, however many a record has', () => {
    const many = Array.from({ length: 300 }, (_, n) => ({ amount: n % 3 === 0 ? 5 : n % 3 === 1 ? 'text' : true }));
    expect(countedOf('attribute.amount > 1000', many).map(({ message, count }) => [message, count])).toEqual([
      [less('string'), 100],
      [less('boolean'), 100],
    ]);
  });

  it('is shown truncated, as well-formed text', () => {
    const [failure] = countedOf('attribute.amount > 1000', [{ amount: `${'x'.repeat(58)}😀😀😀` }]);
    expect(failure!.example!.isWellFormed()).toBe(true);
    expect([...failure!.example!].length).toBeLessThanOrEqual(61);
  });

  it('has a limited number of kinds', () => {
    const rule = Array.from({ length: 30 }, (_, n) => `attribute.a${n} > 1`).join(' or ');
    const attributes = Array.from({ length: 30 }, (_, n) =>
      Object.fromEntries(Array.from({ length: n + 1 }, (_, k) => [`a${k}`, k < n ? 0 : 'x'])),
    );
    expect(countedOf(rule, attributes).length).toBeLessThanOrEqual(5);
  });

  it('is detected in many spans of a record without a check of each', () => {
    const spans = Array.from({ length: 500 }, () => ({ amount: 'x' }));
    expect(countedOf('attribute.amount > 1000', spans)).toEqual([expect.objectContaining({ count: 500 })]);
  });
});
