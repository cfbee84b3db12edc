import { describe, expect, it } from '@jest/globals';
import { applyAll, engineOf, ruleOf } from '../../../../test/fixtures/engine/apply-all.js';
import { A_SPAN } from '../../../../test/fixtures/engine/test-span.js';
import { RuleClock, TimedSample } from './rule-clock.js';

const PAIR = 'trace.has(span.name == "a") and trace.has(span.name == "b")';
const rules = [
  ruleOf('plain', 'span.duration > 5'),
  ruleOf('pattern', 'span.name matches "^(a|b)+$"'),
  ruleOf('online', PAIR),
  ruleOf('buffered', 'trace.count(span.duration > trace.avg(span.duration)) > 0'),
];
const TRACES = 500;
const records = Array.from({ length: TRACES }, (_, trace) => [
  { time: trace * 10, spans: [{ ...A_SPAN, trace: trace + 1, span: 1, duration: 1 }] },
  { time: trace * 10 + 1, spans: [{ ...A_SPAN, trace: trace + 1, span: 2, parent: 1, name: 'b' }] },
]).flat();

/** A clock that advances by a millisecond per reading, so that each measured part takes one. */
const ticking = () => {
  let now = 0;
  return new RuleClock(() => now++);
};

describe('the time of rules', () => {
  it('changes no verdict', () => {
    const without = applyAll(engineOf([rules]), records);
    const withClock = applyAll(engineOf([rules], { clock: ticking() }), records);
    expect(without.length).toBeGreaterThan(TRACES);
    expect(withClock).toEqual(without);
  });

  it('adds up to the time spent, though it measures a sample', () => {
    const engine = engineOf([rules, rules.slice(0, 2)], { clock: ticking() });
    applyAll(engine, [...records, { time: TRACES * 10, epoch: 2 }, { time: TRACES * 10 + 100_000 }]);
    const time = (id: string) => engine.accounting.rule(id).time;
    // Each record takes a millisecond for the conditions of all rules, each trace one for the rule judged at its close.
    const arrival = time('plain') + time('pattern');
    expect(arrival).toBeGreaterThan(2 * TRACES * 0.5);
    expect(arrival).toBeLessThan(2 * TRACES * 1.2);
    expect(time('buffered')).toBeGreaterThan(TRACES * 0.8);
    expect(time('buffered')).toBeLessThan(TRACES * 1.5);
    // A pattern costs more than a comparison, and shared time is divided accordingly.
    expect(time('pattern')).toBeGreaterThan(10 * time('plain'));
  });

  it('is 0 without a clock', () => {
    const engine = engineOf([rules]);
    applyAll(engine, records);
    for (const { id } of rules) expect(engine.accounting.rule(id).time).toBe(0);
  });
});

describe('Sample', () => {
  it.each([4, 16])('samples one in %i on average, for any order of rules', (weight) => {
    for (const stride of [1, 2, 4, 8, 16, 50]) {
      const sample = new TimedSample(weight);
      const taken = new Map<number, number>();
      const all = 4_000 * weight;
      for (let i = 0; i < all; i++) if (sample.next() > 0) taken.set(i % stride, (taken.get(i % stride) ?? 0) + 1);
      for (let rule = 0; rule < stride; rule++) {
        const share = ((taken.get(rule) ?? 0) * stride * weight) / all;
        expect(share).toBeGreaterThan(0.6);
        expect(share).toBeLessThan(1.5);
      }
    }
  });
});
