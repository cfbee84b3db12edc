import { describe, expect, it } from '@jest/globals';
import { applyAll, engineOf, ruleOf } from '../../../../../test/fixtures/engine/apply-all.js';
import { A_SPAN } from '../../../../../test/fixtures/engine/test-span.js';
import { ShadowSamples } from './shadow-samples.js';

const alone = ruleOf('alone', 'trace.has(span.name == "a") and not trace.has(span.name == "b")');
const a = { ...A_SPAN, span: 1, parent: 9 };
const b = { ...A_SPAN, span: 2, parent: 9, name: 'b' };

/** A trace opens and closes under the first rule set, gets a late span under the second, and another opens under the third. */
const RECORDS = [
  { time: 0, spans: [a] },
  { time: 110 },
  { time: 120, epoch: 2 },
  { time: 130, spans: [b] },
  { time: 140, epoch: 3 },
  { time: 150, spans: [{ ...a, trace: 3 }] },
  { time: 900 },
];

/** The published and the unpublished results for a rule with these modes in turn. */
function told(...modes: readonly ('enforce' | 'shadow')[]) {
  const counted: string[] = [];
  const samples = new ShadowSamples(0, { count: (metric: string) => counted.push(metric) } as never);
  const rules = modes.map((mode, i) => ({ ...alone, version: i + 1, ...(mode === 'shadow' ? { mode } : {}) }));
  for (const rule of rules) samples.inForce([rule]);
  const verdicts = applyAll(engineOf(rules.map((rule) => [rule])), RECORDS);
  const violations = verdicts.filter((verdict) => !samples.take(verdict));
  return {
    violations: violations.map(({ ruleVersion, status, revision }) => `v${ruleVersion} ${status} ${revision}`),
    samples: samples
      .records()
      .flatMap((record) => record.samples.map(({ rule_version, status, revision }) => `v${rule_version} ${status} ${revision}`)),
    counted,
  };
}

describe('a rule whose mode changes', () => {
  it('to shadow leaves an open violation to its version: a late span retracts it, which is published', () => {
    expect(told('enforce', 'shadow', 'enforce')).toEqual({
      violations: ['v1 open 1', 'v1 retracted 2', 'v3 open 1'],
      samples: [],
      counted: [],
    });
  });

  it('from shadow publishes no retraction of an unpublished match', () => {
    expect(told('shadow', 'enforce', 'enforce')).toEqual({
      violations: ['v3 open 1'],
      samples: ['v1 retracted 2'],
      counted: ['shadowMatches', 'shadowRetracted'],
    });
  });

  it('to shadow applies to traces that open from then on', () => {
    expect(told('enforce', 'enforce', 'shadow')).toEqual({
      violations: ['v1 open 1', 'v1 retracted 2'],
      samples: ['v3 open 1'],
      counted: ['shadowMatches'],
    });
  });
});
