import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import type { Position } from '../../libs/messaging/src/index.js';
import { describeKafka } from './describe-kafka.js';
import { GroupMember } from './group-member.js';
import { holds, PARTITIONS, SESSION_MS, TEST_TIMEOUT_MS, TestGroup, TIMEOUT_MS } from './test-group.js';

jest.setTimeout(TEST_TIMEOUT_MS);

await describeKafka('a group', (brokers) => {
  let group: TestGroup;

  beforeEach(() => {
    group = new TestGroup(brokers);
  });

  afterEach(() => group.end());

  it('shares the partitions, and assigns a new member its share without disturbing the others', async () => {
    const first = await group.member();
    await holds('all partitions at the first', () => first.partitions.size === PARTITIONS);
    await group.append(group.logs[0]!, 0, 10);
    await holds('all records', () => first.count === 10 * PARTITIONS);

    const second = await group.member();
    await holds('an even share', () => first.partitions.size === 3 && second.partitions.size === 3);
    expect(first.events.filter((event) => event.startsWith('assigned'))).toHaveLength(PARTITIONS);
    expect(first.events.filter((event) => event.startsWith('revoked'))).toHaveLength(3);

    await group.append(group.logs[0]!, 10, 10);
    await holds('the rest, once each', () => first.count + second.count === 20 * PARTITIONS);
    // The successor started at its predecessor's committed position.
    for (const partition of second.partitions) expect(second.offsets(partition)).toEqual(Array.from({ length: 10 }, (_, i) => 10 + i));
  });

  it('assigns a partition to the next only when its owner has finished and committed', async () => {
    const first = await group.member();
    await holds('all partitions at the first', () => first.partitions.size === PARTITIONS);
    let release = (): void => undefined;
    const blocked = new Promise<void>((resolve) => {
      release = resolve;
    });
    first.onRecords = () => blocked;
    await group.append(group.logs[0]!, 0, 1);
    await holds('work under way everywhere', () => first.working.size === PARTITIONS);

    const second = await group.member();
    await holds('a request for some partitions', () => first.subscription !== undefined && second.joined);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(second.partitions.size).toBe(0);

    release();
    await holds('an even share', () => first.partitions.size === 3 && second.partitions.size === 3);
    for (const partition of second.partitions) expect(second.committed.get(partition)).toEqual({ offset: 1, metadata: 'first' });
    await group.append(group.logs[0]!, 1, 1);
    await holds('the rest, once each', () => first.count + second.count === 2 * PARTITIONS);
  });

  it('reassigns the partitions of a leaving member at once', async () => {
    const [first, second] = [await group.member(), await group.member()];
    await holds('an even share', () => first.partitions.size === 3 && second.partitions.size === 3);
    const kept = new Set(first.partitions);
    const started = performance.now();
    await second.subscription!.close();
    await holds('all at the first', () => first.partitions.size === PARTITIONS);
    expect(performance.now() - started).toBeLessThan(SESSION_MS);
    for (const partition of kept) expect(first.events.filter((event) => event === `assigned ${partition}`)).toHaveLength(1);
  });

  it('leaves partitions with their owner until the member that gets them is ready, when it joins and when another leaves', async () => {
    const [first, second] = [new GroupMember(), new GroupMember()];
    first.prepares = async () => undefined;
    await first.join(await group.open(), group.topic, group.topic);
    await holds('all partitions at the first', () => first.partitions.size === PARTITIONS);
    await group.append(group.logs[0]!, 0, 1);
    await holds('the first records', () => first.count === PARTITIONS);

    let ready = Promise.withResolvers<void>();
    const positions = new Map<number, Position | undefined>();
    second.prepares = async (partition, position) => {
      positions.set(partition, await position());
      await ready.promise;
      positions.set(partition, await position());
    };
    await second.join(await group.open(), group.topic, group.topic);
    await holds('that the second prepares', () => second.preparing.size === 3 && positions.size === 3);
    // Nothing is committed yet, and the first continues with all of them.
    expect([...positions.values()]).toEqual([undefined, undefined, undefined]);
    expect(second.partitions.size).toBe(0);
    await group.append(group.logs[0]!, 1, 2);
    await holds('all records at the first', () => first.count === 3 * PARTITIONS);
    first.commitsEachBatch = true;
    await Promise.all([...first.partitions].map((partition) => first.commit(partition)));
    const moving = [...second.preparing];
    ready.resolve();
    await holds('an even share', () => first.partitions.size === 3 && second.partitions.size === 3);
    expect([...second.partitions].toSorted()).toEqual(moving.toSorted());
    expect([...positions.values()].map((position) => position?.offset)).toEqual([3, 3, 3]);
    expect(second.events.filter((event) => event.startsWith('dismissed'))).toEqual([]);
    expect(first.events.filter((event) => event.startsWith('revoked'))).toHaveLength(3);

    // It leaves: the second must prepare for the other three.
    second.commitsEachBatch = true;
    ready = Promise.withResolvers();
    positions.clear();
    const handedOver = first.subscription!.handOver(TIMEOUT_MS);
    await holds('that the second prepares again', () => positions.size === 3);
    await group.append(group.logs[0]!, 3, 1);
    await holds('all records at their owners', () => first.count + second.count === 4 * PARTITIONS);
    expect([...positions.values()].map((position) => position?.offset)).toEqual([3, 3, 3]);
    ready.resolve();
    await handedOver;
    expect(first.partitions.size).toBe(0);
    await first.subscription!.close();
    await holds('all partitions at the second', () => second.partitions.size === PARTITIONS);
    await group.append(group.logs[0]!, 4, 1);
    await holds('the rest, once each', () => first.count + second.count === 5 * PARTITIONS);
  });

  it('hands over at once if no member prepares, and in time if none becomes ready', async () => {
    const [first, second] = [new GroupMember(), new GroupMember()];
    first.prepares = async () => undefined;
    second.prepares = () => new Promise(() => undefined);
    await first.join(await group.open(), group.topic, group.topic);
    await holds('all partitions at the first', () => first.partitions.size === PARTITIONS);
    await second.join(await group.open(), group.topic, group.topic);
    await holds('that the second prepares', () => second.preparing.size === 3);
    let started = performance.now();
    await first.subscription!.handOver(1_500);
    expect(performance.now() - started).toBeGreaterThan(1_400);
    expect(first.partitions.size).toBe(PARTITIONS);
    await first.subscription!.close();
    // Its owner is gone: a half-prepared partition is assigned.
    await holds('all partitions at the second', () => second.partitions.size === PARTITIONS);
    expect(second.events.filter((event) => event.startsWith('dismissed'))).toEqual([]);
    started = performance.now();
    await second.subscription!.handOver(TIMEOUT_MS);
    expect(performance.now() - started).toBeLessThan(SESSION_MS);
    expect(second.partitions.size).toBe(0);
  });

  it('continues after a member was killed, from its commits', async () => {
    const log = await group.open();
    const dying = group.process();
    await holds('all partitions at the process', () => dying.assigned.size === PARTITIONS);
    await group.append(log, 0, 20);
    await holds('all records at the process', () => dying.reached === 20 * PARTITIONS);
    const heir = await new GroupMember().join(log, group.topic, group.topic);
    await holds('an even share', () => heir.partitions.size === 3 && dying.assigned.size === 3);
    dying.kill('SIGKILL');
    await group.append(log, 20, 5);
    await holds('all partitions at the heir', () => heir.partitions.size === PARTITIONS);
    await holds('all new records', () => heir.distinct() >= 5 * PARTITIONS);
    for (let partition = 0; partition < PARTITIONS; partition++) {
      expect(heir.offsets(partition).slice(-5)).toEqual([20, 21, 22, 23, 24]);
      expect(heir.offsets(partition)[0]!).toBeGreaterThanOrEqual(19);
    }
  });

  it('takes everything from a member that hangs, which notices when it continues', async () => {
    const log = await group.open();
    const sleeper = group.process();
    await holds('all partitions at the process', () => sleeper.assigned.size === PARTITIONS);
    sleeper.kill('SIGSTOP');
    const heir = await new GroupMember().join(log, group.topic, group.topic);
    await holds('all partitions at the heir', () => heir.partitions.size === PARTITIONS);
    await group.append(log, 0, 5);
    await holds('all records at the heir', () => heir.distinct() === 5 * PARTITIONS);
    sleeper.kill('SIGCONT');
    await holds('that the sleeper gave up all', () => sleeper.revocations >= PARTITIONS);
    // Then it gets its share again.
    await holds('an even share', () => heir.partitions.size === 3 && sleeper.assigned.size === 3);
    await group.append(log, 5, 5);
    await holds('the rest', () => [...heir.partitions].every((partition) => heir.offsets(partition).length >= 10));
    for (const partition of heir.partitions) expect(heir.offsets(partition)).toEqual(Array.from({ length: 10 }, (_, i) => i));
  });

  it('loses and skips nothing while members come and go', async () => {
    const log = await group.open();
    const members: GroupMember[] = [];
    const all: GroupMember[] = [];
    const random = seeded(42);
    let appended = 0;
    let changing = true;
    const appending = (async () => {
      for (; changing; appended += 3) {
        await group.append(log, appended, 3);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    })();
    for (let change = 0; change < 12; change++) {
      if (members.length < 2 || (members.length < 4 && random() < 0.6)) {
        const joined = new GroupMember();
        // Every third one is of a version that does not prepare.
        if (all.length % 3 > 0) joined.prepares = () => new Promise((resolve) => setTimeout(resolve, 300 * random()));
        await joined.join(await group.open(), group.topic, group.topic);
        joined.commitsEachBatch = true;
        members.push(joined);
        all.push(joined);
      } else {
        const [left] = members.splice(Math.floor(random() * members.length), 1);
        await left!.subscription!.handOver(2_000 * random());
        await left!.subscription!.close();
      }
      // Sometimes before the group is stable.
      if (random() < 0.5)
        await holds('a group at rest', () => members.reduce((sum, { partitions }) => sum + partitions.size, 0) === PARTITIONS);
    }
    changing = false;
    await appending;
    const seen = (partition: number): number[] => [...new Set(all.flatMap((one) => one.offsets(partition)))].toSorted((a, b) => a - b);
    const partitions = Array.from({ length: PARTITIONS }, (_, partition) => partition);
    await holds('all records', () => partitions.every((partition) => seen(partition).length === appended));
    // All left in order: no record was read twice.
    const delivered = all.reduce((sum, { count }) => sum + count, 0);
    expect(delivered).toBe(appended * PARTITIONS);
    for (const one of all)
      for (const partition of partitions) expect(one.offsets(partition)).toEqual(one.offsets(partition).toSorted((a, b) => a - b));
  });
});

/** Pseudo-random numbers from 0 to 1 by seed (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
