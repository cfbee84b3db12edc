import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Log, openLog, topicSpecifications } from '#messaging';
import { type PublishedRule, TOPICS } from '#records';
import { RulesFollower } from './rules-follower.js';

const rule = (id: string): PublishedRule => ({ id, name: id, version: 1, expression: 'true', severity: 'LOW' });

describe('RulesFollower', () => {
  let log: Log;
  let errors: string[];
  let compiled: number[];
  let rules: RulesFollower<string>;

  const publish = (value: string) => log.append(TOPICS.rules, [{ partition: 0, value: Buffer.from(value) }]);

  beforeEach(async () => {
    log = await openLog({ kind: 'embedded', topics: topicSpecifications({ partitions: 1 }), writer: 'direct' });
    errors = [];
    compiled = [];
    const compile = (epoch: number, set: readonly PublishedRule[]) => {
      compiled.push(epoch);
      return set.map(({ id }) => id).join(' ');
    };
    rules = new RulesFollower(log, compile, 'rules-of-a-thread', ({ message }) => errors.push(message));
    await rules.start();
  });

  afterEach(async () => {
    await rules.close();
    await log.close();
  });

  it('has no rules at epoch 0, whatever the log says', async () => expect(await rules.ruleSet(0)).toBe(''));

  it('waits for the record of an epoch whose marker was read first', async () => {
    const waiting = rules.ruleSet(2);
    await publish(JSON.stringify({ epoch: 1, changes: [{ put: rule('a') }] }));
    await publish(JSON.stringify({ epoch: 2, changes: [{ put: rule('b') }] }));
    expect(await waiting).toBe('a b');
  });

  it('compiles an epoch once', async () => {
    await publish(JSON.stringify({ epoch: 1, snapshot: [rule('a')] }));
    await Promise.all([rules.ruleSet(1), rules.ruleSet(1)]);
    await rules.ruleSet(1);
    expect(compiled).toEqual([1]);
  });

  it('gives all partitions the same rule set, after passing a thousand epochs too', async () => {
    await publish(JSON.stringify({ epoch: 1, snapshot: [rule('a')] }));
    for (let epoch = 2; epoch <= 100; epoch++) await publish(JSON.stringify({ epoch, changes: [{ put: rule(`r${epoch}`) }] }));
    await rules.ruleSet(100);
    for (let epoch = 1; epoch <= 100; epoch++) await rules.ruleSet(epoch);
    expect(compiled.filter((epoch) => epoch === 100)).toEqual([100]);
  });

  it('reports a record that is not a rule set, and continues', async () => {
    await publish('not JSON');
    await publish('{}');
    await publish(JSON.stringify({ epoch: 1, snapshot: [rule('a')] }));
    expect(await rules.ruleSet(1)).toBe('a');
    expect(errors).toEqual(['record 0 of betrace.rules is not a rule set', 'record 1 of betrace.rules is not a rule set']);
  });

  it('reports a marker whose rule set is missing, and uses the set when it comes', async () => {
    const impatient = new RulesFollower(
      log,
      (epoch) => `${epoch}`,
      'impatient',
      () => undefined,
      20,
    );
    await impatient.start();
    await expect(impatient.ruleSet(7)).rejects.toThrow(/BT_LOG_RULE_SET_MISSING.*Rule set 7/);
    await publish(JSON.stringify({ epoch: 7, snapshot: [] }));
    const deadline = performance.now() + 60_000;
    while (impatient.latestEpoch < 7 && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await impatient.ruleSet(7)).toBe('7');
    await impatient.close();
  });

  it('reports a missing rule set while it waits, before it gives up', async () => {
    expect(rules.overdue).toBeUndefined();
    const waiting = rules.ruleSet(9);
    expect(rules.overdue).toBeUndefined();
    const deadline = performance.now() + 60_000;
    while (rules.overdue === undefined && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(rules.overdue?.message).toMatch(/BT_LOG_RULE_SET_MISSING.*Rule set 9/);
    await publish(JSON.stringify({ epoch: 9, snapshot: [] }));
    await waiting;
    expect(rules.overdue).toBeUndefined();
  });

  it('rejects all waiting calls when closed', async () => {
    const waiting = rules.ruleSet(9);
    const outcome = expect(waiting).rejects.toThrow('no longer followed');
    await rules.close();
    await outcome;
  });
});
