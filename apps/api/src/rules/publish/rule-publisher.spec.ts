import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Log, type LogRecord, RuleHistory, readAll, writePositionMetadata } from '#messaging';
import { CONTROL_HEADER, EPOCH_BEFORE_HEADER, EVALUATORS, type RuleSetRecord, TOPICS } from '#records';
import type { Store } from '#store';
import { steadyLogAndStore } from '../../../../../test/fixtures/messaging/steady-log-and-store.js';
import { replaceable } from '../../testing/replaceable.js';
import { loggedMarkers, loggedRuleSets, plainRule } from '../../testing/rules-in-the-log.js';
import { namedEpoch } from './named-epoch.js';
import { RulePublisher } from './rule-publisher.js';

describe('RulePublisher', () => {
  let log: Log;
  let store: Store;
  let rules: RulePublisher;

  beforeEach(async () => {
    ({ log, store } = await steadyLogAndStore(3));
    rules = new RulePublisher(store, log);
  });
  afterEach(async () => {
    await log.close();
    await store.close();
  });

  const all = (topic: string, partition: number) => readAll(log, topic, partition);
  const epochs = () => loggedRuleSets(log);
  const markers = (partition: number) => loggedMarkers(log, partition);

  it('publishes the rule set, then a marker in every partition', async () => {
    await store.putRule(plainRule('a'), 1);
    await rules.publish();
    expect(await epochs()).toMatchObject([{ epoch: 1, snapshot: [{ id: 'a', version: 1, expression: 'span.duration > 1s' }] }]);
    for (const partition of [0, 1, 2]) expect(await markers(partition)).toEqual(['epoch:1']);
    expect(await store.unpublishedEpochs()).toEqual([]);
  });

  it('names in each marker the rules in force before it', async () => {
    const before = async () => (await all(TOPICS.spans, 0)).map(({ headers }) => headers?.[EPOCH_BEFORE_HEADER]);
    await store.putRule(plainRule('a'), 1);
    await rules.publish();
    for (const id of ['b', 'c']) await store.putRule(plainRule(id), 1);
    await rules.publish();
    await rules.renew();
    expect([await markers(0), await before()]).toEqual([
      ['epoch:1', 'epoch:3', 'epoch:3'],
      ['0', '1', '3'],
    ]);
  });

  it('detects a replaced log, and publishes that the rules hold from its beginning', async () => {
    const { object, replace } = replaceable(log);
    rules = new RulePublisher(store, object);
    await store.putRule(plainRule('a'), 1);
    await store.putRule(plainRule('b'), 1);
    await rules.publish();
    expect([await rules.isAnotherLog(), await rules.isAnotherLog()]).toEqual([false, false]);
    const { log: fresh, store: unused } = await steadyLogAndStore(3);
    await unused.close();
    replace(fresh);
    await log.close();
    log = fresh;
    expect([await rules.isAnotherLog(), await rules.isAnotherLog()]).toEqual([true, true]);
    await rules.reconcile();
    expect(await rules.isAnotherLog()).toBe(false);
    expect((await all(TOPICS.spans, 2)).map(({ headers }) => headers)).toEqual([
      { [CONTROL_HEADER]: 'epoch:2', [EPOCH_BEFORE_HEADER]: '2' },
    ]);
  });

  it.each([
    ['the same process', (first: RulePublisher) => first],
    ['another process, which finds the records', () => new RulePublisher(store, log)],
  ])('publishes that the rules hold from the beginning of a new log, after markers that failed: %s completes it', async (_, second) => {
    for (const id of ['a', 'b']) await store.putRule(plainRule(id), 1);
    await rules.publish();
    const { log: fresh, store: unused } = await steadyLogAndStore(3);
    await unused.close();
    await log.close();
    log = fresh;
    const broken = Object.assign(Object.create(log) as Log, { append: failingAfterFirst(log) });
    const first = new RulePublisher(store, broken);
    await expect(first.reconcile()).rejects.toThrow('the power is gone');
    broken.append = (...append) => fresh.append(...append);
    await log.append(TOPICS.spans, [{ partition: 1, value: Buffer.from('spans') }]);
    await store.putRule(plainRule('c'), 2);
    await second(first).publish();
    expect((await all(TOPICS.spans, 1)).map(({ headers }) => headers)).toEqual([
      undefined,
      { [CONTROL_HEADER]: 'epoch:3', [EPOCH_BEFORE_HEADER]: '3' },
    ]);
    // Later changes do not hold for earlier spans.
    await store.putRule(plainRule('d'), 3);
    await new RulePublisher(store, log).reconcile();
    expect((await all(TOPICS.spans, 1)).at(-1)?.headers).toEqual({ [CONTROL_HEADER]: 'epoch:4', [EPOCH_BEFORE_HEADER]: '3' });
  });

  it('publishes nothing when nothing changed', async () => {
    await store.putRule(plainRule('a', false), 1);
    await rules.publish();
    expect(await epochs()).toEqual([]);
    expect(await markers(0)).toEqual([]);
  });

  it('publishes queued changes as their epochs, with one marker for the last', async () => {
    for (const id of ['a', 'b', 'c']) await store.putRule(plainRule(id), 1);
    await rules.publish();
    expect((await epochs()).map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
    expect(await markers(1)).toEqual(['epoch:3']);
  });

  it('marks the absence of a rule that is deleted and created again, or disabled and enabled, at once', async () => {
    for (const id of ['a', 'b', 'c']) await store.putRule(plainRule(id), 1);
    await rules.publish();
    await store.deleteRule('a', 2);
    await store.putRule(plainRule('b', false), 2);
    await store.putRule(plainRule('c'), 2);
    await store.putRule(plainRule('a'), 3);
    await store.putRule(plainRule('b'), 3);
    await store.deleteRule('c', 3);
    await rules.publish();
    expect(await epochs()).toHaveLength(8);
    for (const partition of [0, 1, 2]) expect(await markers(partition)).toEqual(['epoch:3', 'epoch:4', 'epoch:5', 'epoch:8']);
    const before = (await all(TOPICS.spans, 0)).map(({ headers }) => headers?.[EPOCH_BEFORE_HEADER]);
    expect(before).toEqual(['0', '3', '4', '5']);
  });

  it('repeats all steps that a crash interrupted', async () => {
    await store.putRule(plainRule('a'), 1);
    const interrupted = new RulePublisher(store, Object.assign(Object.create(log) as Log, { append: failingAfterFirst(log) }));
    await expect(interrupted.publish()).rejects.toThrow('the power is gone');
    expect(await markers(0)).toEqual([]);
    await rules.publish();
    expect((await epochs()).map(({ epoch }) => epoch)).toEqual([1, 1]);
    expect(await markers(0)).toEqual(['epoch:1']);
  });

  it('publishes the changes of a replica that crashed, but not those in progress', async () => {
    const other = new RulePublisher(store, log);
    await store.putRule(plainRule('a'), 1);
    await other.publishForgotten();
    expect(await epochs()).toEqual([]);
    await rules.publish();
    await store.putRule(plainRule('b'), 1);
    await other.publishForgotten();
    expect(await markers(0)).toEqual(['epoch:1']);
    await other.publishForgotten();
    expect(await markers(0)).toEqual(['epoch:1', 'epoch:2']);
    await other.publishForgotten();
    await other.publishForgotten();
    expect(await markers(0)).toHaveLength(2);
  });

  it("publishes an old store's rules to a new log", async () => {
    for (const id of ['a', 'b']) await store.putRule(plainRule(id), 1);
    await rules.publish();
    const fresh = (await steadyLogAndStore(2)).log;
    await new RulePublisher(store, fresh).reconcile();
    const found: LogRecord[] = [];
    for await (const { records } of fresh.read(TOPICS.rules, 0, 0)) found.push(...records);
    expect(found.map(({ value }) => JSON.parse(Buffer.from(value).toString()))).toMatchObject([
      { epoch: 1, snapshot: [{ id: 'a' }] },
      { epoch: 2, changes: [{ put: { id: 'b' } }] },
    ]);
    expect((await fresh.bounds(TOPICS.spans, 1)).end).toBe(1);
    await fresh.close();
  });

  it('numbers the rules of a new store above those of an old log', async () => {
    for (const id of ['a', 'b', 'c']) await store.putRule(plainRule(id), 1);
    await rules.publish();
    const fresh = (await steadyLogAndStore()).store;
    await fresh.putRule(plainRule('z'), 1);
    await new RulePublisher(fresh, log).reconcile();
    expect((await epochs()).at(-1)).toMatchObject({ epoch: 4, snapshot: [{ id: 'z' }] });
    expect((await markers(0)).at(-1)).toBe('epoch:4');
    await fresh.close();
  });

  it('restores the rules of an old log to an empty store, with their versions, and reports the losses', async () => {
    await store.putRule(plainRule('a'), 1);
    await store.putRule({ ...plainRule('a'), expression: 'span.duration > 2s' }, 2);
    await store.putRule(plainRule('b'), 3);
    await rules.publish();
    const fresh = (await steadyLogAndStore()).store;
    const said = await new RulePublisher(fresh, log).reconcile();
    expect(said.join()).toContain('2: they are taken over');
    expect((await fresh.rules()).map(({ id, version, expression }) => [id, version, expression])).toEqual([
      ['a', 2, 'span.duration > 2s'],
      ['b', 1, 'span.duration > 1s'],
    ]);
    expect(await fresh.latestEpoch()).toBe(3);
    await fresh.putRule({ ...plainRule('a'), expression: 'span.duration > 3s' }, 4);
    await new RulePublisher(fresh, log).publish();
    expect((await epochs()).at(-1)).toMatchObject({ epoch: 4, changes: [{ put: { id: 'a', version: 3 } }] });
    expect(await new RulePublisher(fresh, log).reconcile()).toEqual([]);
    await fresh.close();
  });

  /** Store and rules log as of an epoch, and the current spans log with the markers of all epochs. */
  const restored = async (kept: number) => {
    const { log: older, store: backup } = await steadyLogAndStore(3);
    for (let epoch = 1; epoch <= kept; epoch++) await backup.putRule(plainRule(`r${epoch}`), epoch);
    await new RulePublisher(backup, older).publish();
    for (let partition = 0; partition < 3; partition++) {
      const records = (await all(TOPICS.spans, partition)).map(({ value, headers }) => ({ partition, value, ...(headers && { headers }) }));
      await older.append(TOPICS.spans, records);
    }
    return { older, backup, publisher: new RulePublisher(backup, older) };
  };

  it.each([0, 1, 2, 3, 4])('never reuses the number of a rule set that a restored backup of epoch %i lacks', async (kept) => {
    for (let epoch = 1; epoch <= 5; epoch++) {
      await store.putRule(plainRule(`r${epoch}`), epoch);
      await rules.publish();
    }
    const { older, backup, publisher } = await restored(kept);
    const said = (await publisher.reconcile()).join();
    expect(said).toContain(kept === 4 ? 'rule set 5,' : `rule sets ${kept + 1} to 5,`);
    expect(await publisher.reconcile()).toEqual([]);
    for (const id of ['x', 'y']) {
      await backup.putRule(plainRule(id), 9);
      await publisher.publish();
    }
    const logged = async () => {
      const history = new RuleHistory();
      for await (const { records } of older.read(TOPICS.rules, 0, 0))
        for (const { value } of records) history.add(JSON.parse(Buffer.from(value).toString()) as RuleSetRecord);
      return history;
    };
    const ids = async (epoch: number) => (await logged()).rules(epoch)?.map(({ id }) => id);
    const old = Array.from({ length: kept }, (_, i) => `r${i + 1}`);
    for (let epoch = kept + 1; epoch <= 5; epoch++) expect(await ids(epoch)).toBeUndefined();
    expect([await ids(6), await ids(7), await ids(8)]).toEqual([old, [...old, 'x'], [...old, 'x', 'y']]);

    const lost = Array.from({ length: 5 - kept }, (_, i) => kept + 1 + i);
    expect(await publisher.replaceLost()).toEqual(lost);
    for (const epoch of lost) expect(await ids(epoch)).toEqual([...old, 'x', 'y']);
    if (kept > 0) expect(await ids(kept)).toEqual(old);
    expect([await publisher.replaceLost(), await publisher.reconcile()]).toEqual([[], []]);
    const last: LogRecord[] = [];
    for await (const { records } of older.read(TOPICS.spans, 2, 0)) last.push(...records);
    expect(last.at(-1)?.headers?.[CONTROL_HEADER]).toBe('epoch:8');
    await older.close();
    await backup.close();
  });

  it('publishes to a recreated rules log the records that it lacks, even if it has more records than before', async () => {
    const { object, replace } = replaceable(log);
    rules = new RulePublisher(store, object);
    await store.putRule(plainRule('a'), 1);
    await rules.publish();
    expect(await rules.isAnotherLog()).toBe(false);
    const { log: fresh, store: unused } = await steadyLogAndStore(3);
    await unused.close();
    const other = new RulePublisher(store, fresh);
    for (const id of ['b', 'c', 'd']) await store.putRule(plainRule(id), 1);
    // Another replica publishes first.
    await other.publish();
    replace(fresh);
    await log.close();
    log = fresh;
    expect(await rules.isAnotherLog()).toBe(true);
    await rules.reconcile();
    const history = new RuleHistory();
    for (const record of await epochs()) history.add(record);
    expect(history.rules(4)?.map(({ id }) => id)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('publishes no change alone to a recreated rules log, even if the watch noticed first that it lacks earlier sets', async () => {
    const { object, replace } = replaceable(log);
    rules = new RulePublisher(store, object);
    for (const id of ['a', 'b']) await store.putRule(plainRule(id), 1);
    await rules.publish();
    expect(await rules.isAnotherLog()).toBe(false);
    const { log: fresh, store: unused } = await steadyLogAndStore(3);
    await unused.close();
    replace(fresh);
    await log.close();
    log = fresh;
    await store.putRule(plainRule('c'), 1);
    // The watch, while the change waits for the log.
    expect(await rules.isAnotherLog()).toBe(true);
    await rules.publish();
    expect((await epochs()).map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
    expect(await rules.isAnotherLog()).toBe(false);
  });

  /** Deletes the records of the rules log before an offset, like retention. */
  function deleteRuleSets(below: number): Log {
    const { object } = replaceable(log);
    const start = (topic: string, offset: number) => (topic === TOPICS.rules ? Math.max(offset, below) : offset);
    object.bounds = async (topic, partition) => {
      const found = await log.bounds(topic, partition);
      return { ...found, start: start(topic, found.start) };
    };
    object.read = (topic, partition, from, to) => log.read(topic, partition, start(topic, from), to);
    return object;
  }

  it('publishes again the rule sets that were deleted from the rules log while it runs: an evaluator that starts needs them', async () => {
    const { object, replace } = replaceable(log);
    rules = new RulePublisher(store, object);
    for (const id of ['a', 'b']) await store.putRule(plainRule(id), 1);
    await rules.publish();
    expect(await rules.isAnotherLog()).toBe(false);
    replace(deleteRuleSets(2));
    expect(await rules.isAnotherLog()).toBe(true);
    await rules.reconcile();
    expect((await epochs()).slice(2).map(({ epoch }) => epoch)).toEqual([1, 2]);
    expect(await rules.isAnotherLog()).toBe(false);
    // Where the log still has them, nothing was lost.
    const { object: whole, replace: shorten } = replaceable(log);
    const other = new RulePublisher(store, whole);
    expect(await other.isAnotherLog()).toBe(false);
    shorten(deleteRuleSets(2));
    expect(await other.isAnotherLog()).toBe(false);
  });

  it('publishes missing rule sets to a recreated rules log, even if the first read of it fails', async () => {
    const { object, replace } = replaceable(log);
    rules = new RulePublisher(store, object);
    for (const id of ['a', 'b', 'c']) await store.putRule(plainRule(id), 1);
    await rules.publish();
    expect(await rules.isAnotherLog()).toBe(false);
    const { log: fresh, store: unused } = await steadyLogAndStore(3);
    await unused.close();
    await fresh.append(TOPICS.rules, [{ partition: 0, key: '9', value: Buffer.from('no rule set') }]);
    replace(fresh);
    object.read = () => {
      throw new Error('the partition has no leader');
    };
    await log.close();
    log = fresh;
    await expect(rules.isAnotherLog()).rejects.toThrow('the partition has no leader');
    replace(fresh);
    expect(await rules.isAnotherLog()).toBe(true);
    await rules.reconcile();
    expect((await readAll(log, TOPICS.rules, 0)).length).toBe(4);
  });

  it('finds the last marker before many spans, and in positions the epochs of deleted markers', async () => {
    await store.snapshotAfter(16);
    await rules.publish();
    for (let i = 0; i < 9; i++)
      await log.append(
        TOPICS.spans,
        Array.from({ length: 1_000 }, (_, n) => ({ partition: n % 3, value: Buffer.from('spans') })),
      );
    expect(await namedEpoch(log, 0)).toBe(17);
    const subscription = await log.subscribe({
      topic: TOPICS.spans,
      group: EVALUATORS,
      listener: { assigned: async () => undefined, records: async () => undefined, revoked: async () => undefined },
    });
    const { end } = await log.bounds(TOPICS.spans, 1);
    const metadata = writePositionMetadata({ epoch: 23, logTime: 1, paused: 0 });
    await subscription.commit(1, { offset: end, metadata });
    expect(await namedEpoch(log, 0)).toBe(23);
    await subscription.commit(1, { offset: end + 1_000, metadata: 'set by hand' });
    expect(await namedEpoch(log, 0)).toBe(17);
    await subscription.close();
  });

  it('reports no rule set as lost that the store has, after a recreated rules log or a pending change', async () => {
    for (const id of ['a', 'b', 'c']) await store.putRule(plainRule(id), 1);
    await rules.publish();
    const { log: fresh, store: unused } = await steadyLogAndStore(3);
    await unused.close();
    const publisher = new RulePublisher(store, fresh);
    await store.putRule(plainRule('d'), 1);
    expect(await publisher.replaceLost()).toEqual([]);
    const history = new RuleHistory();
    for await (const { records } of fresh.read(TOPICS.rules, 0, 0))
      for (const { value } of records) history.add(JSON.parse(Buffer.from(value).toString()) as RuleSetRecord);
    expect(history.rules(4)?.map(({ id }) => id)).toEqual(['a', 'b', 'c', 'd']);
    await fresh.close();
  });

  it('ignores forged numbers', async () => {
    await store.putRule(plainRule('a'), 1);
    await rules.publish();
    const forged = [Number.MAX_SAFE_INTEGER, 2 ** 40, 1_000_002].map((epoch, partition) => ({
      partition,
      value: Buffer.alloc(0),
      headers: { [CONTROL_HEADER]: `epoch:${epoch}` },
    }));
    await log.append(TOPICS.spans, forged);
    expect(await rules.reconcile()).toEqual([]);
    await store.putRule(plainRule('b'), 2);
    await rules.publish();
    expect((await epochs()).map(({ epoch }) => epoch)).toEqual([1, 2]);
    expect(await rules.replaceLost()).toEqual([]);
  });

  it('writes the marker of the rules in force again, so that no partition is left without one', async () => {
    await rules.renew();
    expect(await markers(0)).toEqual([]);
    await store.putRule(plainRule('a'), 1);
    await rules.publish();
    await rules.renew();
    expect(await markers(2)).toEqual(['epoch:1', 'epoch:1']);
  });

  it('changes nothing when log and store agree', async () => {
    await rules.reconcile();
    await store.putRule(plainRule('a'), 1);
    await rules.reconcile();
    await rules.reconcile();
    expect((await epochs()).map(({ epoch }) => epoch)).toEqual([1]);
  });

  it('continues after a failure, and publishes changes stored meanwhile', async () => {
    await store.putRule(plainRule('a'), 1);
    const first = rules.publish();
    await store.putRule(plainRule('b'), 1);
    await Promise.all([first, rules.publish()]);
    expect((await epochs()).map(({ epoch }) => epoch)).toEqual([1, 2]);
  });
});

function failingAfterFirst(log: Log): Log['append'] {
  let calls = 0;
  return async (topic, records) => {
    if (calls++ > 0) throw new Error('the power is gone');
    return log.append(topic, records);
  };
}
