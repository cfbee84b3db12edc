import { describe, expect, it } from '@jest/globals';
import type { Accounting, RuleAccount } from '#engine';
import { HEALTH_RULES } from '#records';
import { PartitionRuleHealth } from './partition-rule-health.js';

const HOUR = 3_600_000;

describe('RuleHealth', () => {
  const account = (evaluations: number, matches = 0, errors = 0, time = 0): RuleAccount =>
    ({ evaluations, matches, time, errors: new Map([['nil', errors]]), undecided: new Map() }) as unknown as RuleAccount;
  let rules: Map<string, RuleAccount>;
  let now = 0;
  const health = () => {
    rules = new Map();
    return new PartitionRuleHealth(3, { rules } as unknown as Accounting, () => now);
  };
  const told = (one: PartitionRuleHealth) => one.records().map(({ key, record }) => [key, record.hour, record.rules]);

  it('publishes all counts of an hour, and then those of the next; nothing without changes', () => {
    const one = health();
    now = 0;
    rules.set('a', account(5));
    expect(told(one)).toEqual([]);
    now = 100 * HOUR;
    expect(told(one)).toEqual([['/health/3/0/0', 100, [['a', 5, 0, 0, 0, 0]]]]);
    expect(told(one)).toEqual([]);
    rules.set('a', account(9, 2, 1, 1.5));
    rules.set('b', account(0));
    expect(told(one)).toEqual([['/health/3/0/0', 100, [['a', 9, 2, 1, 0, 1.5]]]]);
    now += HOUR;
    expect(told(one)).toEqual([]);
    rules.set('a', account(10, 2, 1, 2));
    rules.set('b', account(1));
    expect(told(one)).toEqual([
      [
        '/health/3/1/0',
        101,
        [
          ['a', 1, 0, 0, 0, 0.5],
          ['b', 1, 0, 0, 0, 0],
        ],
      ],
    ]);
    // The log's time never goes back, so neither does the hour.
    now -= HOUR;
    rules.set('b', account(2));
    expect(told(one).map(([, hour]) => hour)).toEqual([101]);
    one.untold();
    expect(told(one)).toHaveLength(1);
  });

  it('splits very many rules into several records', () => {
    const one = health();
    now = 7 * HOUR;
    for (let i = 0; i < HEALTH_RULES + 1; i++) rules.set(`r${i}`, account(1));
    expect(one.records().map(({ key, record }) => [key, record.part, record.rules.length])).toEqual([
      ['/health/3/7/0', 0, HEALTH_RULES],
      ['/health/3/7/1', 1, 1],
    ]);
  });
});
