import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Logger } from '#platform';
import { Measurements } from '../partition/account/measurements.js';
import { RuleErrorLogger } from './rule-error-logger.js';

describe('RuleErrorLogger', () => {
  const lines: [object, string][] = [];
  const logger = { warn: (fields: object, message: string) => lines.push([fields, message]) } as unknown as Logger;
  let now = 0;
  let errors: RuleErrorLogger;
  beforeEach(() => {
    lines.length = 0;
    now = 0;
    errors = new RuleErrorLogger(logger, { monotonic: () => now });
  });

  const fail = (rule_id: string, error: string, times: number) => {
    const measured = new Measurements();
    measured.count('ruleEvaluationErrors', { rule_id, error }, times);
    measured.count('spansEvaluated', {}, 100);
    errors.report(measured.drain());
  };

  it('names the rule and the error, in the words that the guide searches for', () => {
    fail('big', 'attempt to compare number with nil', 3);
    expect(lines).toEqual([
      [
        { rule_id: 'big', error: 'attempt to compare number with nil', count: 3 },
        'rule evaluation error: rule big: attempt to compare number with nil',
      ],
    ]);
  });

  it('logs a repeated error once a minute, with its count', () => {
    for (let second = 0; second < 150; second++) {
      now = second * 1_000;
      fail('big', 'nil', 2);
    }
    expect(lines.map(([fields]) => (fields as { count: number }).count)).toEqual([2, 120, 120]);
  });

  it('distinguishes rules and errors', () => {
    fail('a', 'nil', 1);
    fail('a', 'string', 1);
    fail('b', 'nil', 1);
    expect(lines).toHaveLength(3);
  });
});
