import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Log, RuleHistory, readAll } from '#messaging';
import { TOPICS } from '#records';
import type { Store } from '#store';
import { logAndStore } from '../testing/log-and-store.js';
import { replaceable } from '../testing/replaceable.js';
import { loggedMarkers, loggedRuleSets, plainRule } from '../testing/rules-in-the-log.js';
import { RulePublisher } from './publish/rule-publisher.js';

describe('a database restored from an older backup while the process runs', () => {
  let log: Log;
  let store: Store;
  beforeEach(async () => {
    ({ log, store } = await logAndStore(3));
  });
  afterEach(async () => {
    await log.close();
    await store.close();
  });

  /** The rules in force by the log: those of its last marker. */
  const inForce = async (): Promise<readonly string[] | undefined> => {
    const history = new RuleHistory();
    for (const record of await loggedRuleSets(log)) history.add(record);
    const last = (await loggedMarkers(log, 0)).at(-1) ?? '';
    return history.rules(Number(last.slice('epoch:'.length)))?.map(({ id, expression }) => `${id} ${expression}`);
  };
  const noKeyTwice = async () => {
    const byKey = new Map<string, string>();
    for (const { key = '', value } of await readAll(log, TOPICS.rules, 0)) {
      const text = Buffer.from(value).toString();
      expect(byKey.get(key) ?? text).toBe(text);
      byKey.set(key, text);
    }
  };
  /** Another database, in the state in which it had these rules. */
  const backupOf = async (ids: readonly string[]): Promise<Store> => {
    const { store: backup } = await logAndStore(3);
    for (const id of ids) await backup.putRule(plainRule(id), 1);
    for (const { epoch } of await backup.unpublishedEpochs()) await backup.epochPublished(epoch);
    return backup;
  };

  it.each<[string, readonly string[], readonly string[]]>([
    ['one other rule', ['c'], ['a', 'c']],
    ['as many as before, and more', ['c', 'd', 'e'], ['a', 'c', 'd', 'e']],
    ['the same change again', ['b'], ['a', 'b']],
    ['nothing', [], ['a']],
  ])('puts its own rules in force, and reuses no number: %s changes then', async (_, changed, expected) => {
    const told: string[] = [];
    const { object: running, replace } = replaceable(store);
    const publisher = new RulePublisher(running, log, (sentence) => told.push(sentence));
    for (const id of ['a', 'b', 'x']) {
      await running.putRule(plainRule(id), 1);
      await publisher.publish();
    }
    expect(await publisher.isAnotherLog()).toBe(false);
    const backup = await backupOf(['a']);
    replace(backup);
    for (const id of changed) {
      await running.putRule(plainRule(id), 2);
      await publisher.publish();
    }
    if (changed.length === 0) {
      expect(await publisher.isAnotherLog()).toBe(true);
      await publisher.reconcile();
    }
    expect(await inForce()).toEqual(expected.map((id) => `${id} span.duration > 1s`));
    expect((await running.rules()).map(({ id }) => id)).toEqual(expected);
    await noKeyTwice();
    expect(told).toHaveLength(1);
    expect([await publisher.isAnotherLog(), await publisher.reconcile(), told.length]).toEqual([false, [], 1]);
    // The same after a restart.
    await running.putRule({ ...plainRule('a'), expression: 'span.duration > 2s' }, 3);
    const restarted = new RulePublisher(running, log);
    await restarted.reconcile();
    expect((await inForce())?.[0]).toBe('a span.duration > 2s');
    await noKeyTwice();
    await backup.close();
  });

  it('corrects at the next start a rule set whose number was used twice', async () => {
    for (const id of ['a', 'b']) await store.putRule(plainRule(id), 1);
    await new RulePublisher(store, log).publish();
    const backup = await backupOf(['a', 'c']);
    await new RulePublisher(backup, log).reconcile();
    expect(await inForce()).toEqual(['a span.duration > 1s', 'c span.duration > 1s']);
    await noKeyTwice();
    await backup.close();
  });
});
