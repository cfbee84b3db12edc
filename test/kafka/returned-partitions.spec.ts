import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { type Log, openLog, type PartitionListener, topicSpecifications } from '#messaging';
import { TOPICS } from '#records';
import { Connection } from '../../libs/messaging/src/kafka/client/connection.js';
import type { KafkaLogSettings } from '../../libs/messaging/src/settings.js';
import { KafkaBroker } from '../../scripts/kafka/broker.js';
import { EvaluatorUnderTest, SLOW, slow, UNAUDITED } from '../fixtures/evaluator/evaluator-under-test.js';
import { describeOwnKafka } from './describe-kafka.js';

const GROUP = 'betrace-evaluator';
const PARTITIONS = [0, 1];
const TIMEOUT_MS = 60_000;

/** With the topics' real names, so the broker is its own. */
describeOwnKafka('partitions that come back to the same evaluator', () => {
  const test = new EvaluatorUnderTest();
  let broker: KafkaBroker;
  let settings: KafkaLogSettings;
  let other: Log | undefined;
  /** By partition: where the evaluator began to read, each time it got the partition, and the offsets that it read. */
  let begins: Map<number, number[]>;
  let read: Map<number, number[]>;

  beforeAll(async () => {
    broker = await KafkaBroker.start({ timeoutMs: 180_000 });
    const topics = topicSpecifications({ partitions: PARTITIONS.length });
    settings = { kind: 'kafka', brokers: [broker.address], topics, sessionTimeout: 6_000 };
    test.settings = settings;
    test.patience = TIMEOUT_MS;
  }, 400_000);
  afterAll(() => broker?.remove(), TIMEOUT_MS);

  beforeEach(async () => {
    await test.open();
    // The traces stay open, so they are state.
    test.times = { rootGrace: 600_000, idleTimeout: 600_000, maxAge: 600_000 };
    begins = new Map(PARTITIONS.map((partition) => [partition, []]));
    read = new Map(PARTITIONS.map((partition) => [partition, []]));
    const subscribe = test.log.subscribe.bind(test.log);
    test.log.subscribe = (options) => {
      if (options.topic === TOPICS.spans) watch(options.listener);
      return subscribe(options);
    };
  }, TIMEOUT_MS);
  afterEach(async () => {
    await test.close();
    await other?.close();
  }, TIMEOUT_MS);

  function watch(listener: PartitionListener): void {
    const [assigned, records] = [listener.assigned.bind(listener), listener.records.bind(listener)];
    listener.assigned = async (partition, ...more) => {
      const from = await assigned(partition, ...more);
      begins.get(partition)!.push(from ?? -1);
      return from;
    };
    listener.records = async (batch) => {
      read.get(batch.partition)!.push(...batch.records.map(({ offset }) => offset));
      await records(batch);
    };
  }

  /** A member of the evaluators' group that judges nothing and commits nothing. Resolves when it has a partition: with that one, and how to leave. */
  async function anotherMember(): Promise<{ readonly partition: number; leave(): Promise<void> }> {
    other = await openLog(settings);
    const owned = new Set<number>();
    const subscription = await other.subscribe({
      topic: TOPICS.spans,
      group: GROUP,
      listener: {
        assigned: async (partition) => void owned.add(partition),
        records: async () => undefined,
        revoked: async (partition) => void owned.delete(partition),
        failed: () => undefined,
      },
    });
    await test.until(async () => owned.size === 1);
    return { partition: [...owned][0]!, leave: () => subscription.close() };
  }

  /** The coordinator removes the only member, as after a session without a heartbeat. */
  async function putOut(): Promise<void> {
    const connection = new Connection(settings, () => undefined);
    const { groups } = await connection.withAdmin((admin) => admin.describeGroups([GROUP]));
    const members = groups.flatMap((group) => group.members.map(({ memberId }) => memberId));
    expect(members).toHaveLength(1);
    await connection.withCoordinator(GROUP, TOPICS.spans, (one) => one.leaveGroup({ groupId: GROUP, memberId: members[0]! }));
    connection.close();
  }

  const openTraces = () => new Map(test.evaluator.account.partitions.map(({ partition, openTraces: open }) => [partition, open]));
  const isLevel = async (): Promise<boolean> => {
    for (const partition of PARTITIONS) {
      if (test.evaluator.positions.get(partition) !== (await test.log.bounds(TOPICS.spans, partition)).end) return false;
    }
    return true;
  };
  const found = async () => {
    const all = await Promise.all(PARTITIONS.map((partition) => test.violations(partition)));
    return all.map((violations) => violations.map(({ span_id }) => span_id));
  };

  it.each([
    [
      'that another member had, which left without a commit',
      async () => {
        const { partition, leave } = await anotherMember();
        await test.until(async () => !test.evaluator.positions.has(partition));
        await leave();
        return [partition];
      },
    ],
    [
      'after its group removed it',
      async () => {
        await putOut();
        return PARTITIONS;
      },
    ],
  ])(
    'continues with its state in a partition %s: no record is read again, and nothing published again',
    async (name, away) => {
      await test.rules(1, SLOW, UNAUDITED);
      await test.start();
      const before = (await found()).map((spans) => spans.length);
      for (const partition of PARTITIONS) {
        await test.send(partition, { trace_id: name, span_id: 'c', name: 'charge' }, slow('s1', name));
      }
      await test.until(
        async () => (await isLevel()) && (await found()).every((spans, partition) => spans.length === before[partition]! + 1),
      );
      const open = openTraces();
      expect(Math.min(...open.values())).toBeGreaterThan(0);
      const left = new Map(test.evaluator.positions);
      const [first, readFirst] = [begins, read].map(
        (noted) => new Map([...noted].map(([partition, offsets]) => [partition, [...offsets]])),
      );

      const moved = await away();
      await test.until(async () => moved.every((partition) => begins.get(partition)!.length > first!.get(partition)!.length));
      await test.until(isLevel);
      for (const partition of moved) expect(begins.get(partition)!.at(-1)).toBeGreaterThanOrEqual(left.get(partition)!);
      expect(openTraces()).toEqual(open);

      for (const partition of PARTITIONS) await test.send(partition, slow('s2', name));
      await test.until(async () => (await isLevel()) && (await found()).every((spans, partition) => spans.length > before[partition]! + 1));
      expect(openTraces()).toEqual(open);
      expect((await found()).map((spans, partition) => spans.slice(before[partition]))).toEqual(PARTITIONS.map(() => ['s1', 's2']));
      for (const [partition, offsets] of read) {
        const since = offsets.slice(readFirst!.get(partition)!.length);
        // Log time that passes is a record, too, so there may be more than the span.
        expect(since.length).toBeGreaterThan(0);
        expect(since).toEqual(Array.from(since, (_, i) => left.get(partition)! + i));
      }
    },
    4 * TIMEOUT_MS,
  );
});
