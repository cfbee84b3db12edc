import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { KafkaClient, logLevel } from '../../libs/messaging/src/kafka/client/kafkajs.js';
import { describeKafka } from './describe-kafka.js';
import { GroupMember } from './group-member.js';
import { holds, PARTITIONS, SESSION_MS, SHORT_SESSION_MS, TEST_TIMEOUT_MS, TestGroup, TIMEOUT_MS } from './test-group.js';

jest.setTimeout(TEST_TIMEOUT_MS);

await describeKafka('static members of a group', (brokers) => {
  let group: TestGroup;

  beforeEach(() => {
    group = new TestGroup(brokers);
  });

  afterEach(() => group.end());

  it('keeps the partitions of a static member that comes back within its session, also of the leader, and tells the others nothing', async () => {
    const members = { a: await group.named('a'), b: await group.named('b') };
    const log = group.logs[0]!;
    await holds('an even share', () => members.a.partitions.size === 3 && members.b.partitions.size === 3);
    const ended: GroupMember[] = [];
    await group.append(log, 0, 5);
    await holds('the first records', () => members.a.count + members.b.count === 5 * PARTITIONS);
    const [other, generations] = [members.a, [...members.a.generations]];
    const events = [...other.events];
    for (const name of ['b', 'a', 'b', 'a'] as const) {
      const one = members[name];
      const had = [...one.partitions].toSorted();
      await one.subscription!.close();
      ended.push(one);
      await group.append(log, ended.length * 5, 5);
      members[name] = await group.named(name);
      await holds('its partitions', () => members[name].partitions.size === 3);
      expect([...members[name].partitions].toSorted()).toEqual(had);
      expect(new Set(members[name].generations)).toEqual(new Set([generations.at(-1)]));
      if (name === 'b' && members.a === other) expect(other.events).toEqual(events);
      await holds(
        'all records',
        () => [...ended, members.a, members.b].reduce((sum, { count }) => sum + count, 0) === (ended.length + 1) * 5 * PARTITIONS,
      );
    }
    // Each record once: a restarted member does not read again what it had committed.
    const all = [...ended, members.a, members.b];
    for (let partition = 0; partition < PARTITIONS; partition++)
      expect(all.flatMap((one) => one.offsets(partition)).toSorted((x, y) => x - y)).toEqual(Array.from({ length: 25 }, (_, i) => i));

    // The leader is down while partitions are added.
    await members.a.subscription!.close();
    const admin = new KafkaClient({ brokers: [...brokers], logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    await admin.createPartitions({ topicPartitions: [{ topic: group.topic, count: PARTITIONS + 2 }] });
    await admin.disconnect();
    members.a = await new GroupMember().join(log, group.topic, group.topic, 'a');
    await holds('the added partitions', () => members.a.partitions.size + members.b.partitions.size === PARTITIONS + 2);
  });

  it('gives the partitions of a static member to the others after its session, or at once when it leaves permanently', async () => {
    const [first, second] = [await group.member(), await group.named('b', SHORT_SESSION_MS)];
    await holds('an even share', () => first.partitions.size === 3 && second.partitions.size === 3);
    const started = performance.now();
    expect(second.subscription!.staysMember).toBe(true);
    await second.subscription!.close();
    await holds('all at the first', () => first.partitions.size === PARTITIONS);
    // Its last heartbeat was up to a second before, or a pause of the machine.
    expect(performance.now() - started).toBeGreaterThan(SHORT_SESSION_MS * 0.4);

    const again = await group.named('b');
    await holds('an even share again', () => first.partitions.size === 3 && again.partitions.size === 3);
    const left = performance.now();
    await again.subscription!.handOver(TIMEOUT_MS);
    expect(again.subscription!.staysMember).toBe(false);
    await again.subscription!.close();
    await holds('all at the first again', () => first.partitions.size === PARTITIONS);
    expect(performance.now() - left).toBeLessThan(SESSION_MS * 0.8);
  });

  it('lets one of two processes with the same name work, the later one, and the other says why and stays out', async () => {
    const [first, second] = [await group.named('a'), await group.named('b')];
    await holds('an even share', () => first.partitions.size === 3 && second.partitions.size === 3);
    const had = [...second.partitions].toSorted();
    const third = await group.named('b');
    await holds('that the second is out', () => second.partitions.size === 0);
    await holds('its partitions at the third', () => third.partitions.size === 3);
    expect([...third.partitions].toSorted()).toEqual(had);
    // Longer than any of them goes without a heartbeat, or waits to join again.
    await new Promise((resolve) => setTimeout(resolve, 4_000));
    await group.append(group.logs[0]!, 0, 2);
    await holds('all records', () => first.count + third.count === 2 * PARTITIONS);
    expect(second.count).toBe(0);
    expect([...third.partitions].toSorted()).toEqual(had);
    // A topic that was just made may have no leaders yet, which members report, too.
    const said = (one: GroupMember) => one.events.filter((event) => event.includes('FENCED'));
    expect(said(second)).toEqual([expect.stringMatching(/^failed undefined BT_LOG_KAFKA_FENCED: .* as b,/)]);
    expect([...said(first), ...said(third)]).toEqual([]);
    // It ends in order, and removes no other member.
    await second.subscription!.close();
    await group.append(group.logs[0]!, 2, 1);
    await holds('the rest', () => first.count + third.count === 3 * PARTITIONS);
  });

  it('moves the due partitions when a static member dies before it has given them up', async () => {
    const log = await group.open();
    const dying = group.process({ instanceId: 'a', blocks: true });
    await holds('all partitions at the process', () => dying.assigned.size === PARTITIONS);
    await group.append(log, 0, 1);
    // It can give up nothing while it works on this record.
    await holds('work under way', () => dying.blocked === PARTITIONS);
    const heir = await new GroupMember().join(log, group.topic, group.topic);
    await holds('a generation with both', () => dying.generation > 1);
    dying.kill('SIGKILL');
    const started = performance.now();
    const again = group.process({ instanceId: 'a' });
    await holds('an even share', () => again.assigned.size === 3 && heir.partitions.size === 3);
    await holds('all records', () => again.reached + heir.count === PARTITIONS);
    expect(performance.now() - started).toBeLessThan(TIMEOUT_MS);
  });
});
