import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { readAll } from '../../libs/messaging/src/index.js';
import { Connection } from '../../libs/messaging/src/kafka/client/connection.js';
import { writeSubscription } from '../../libs/messaging/src/kafka/group/member-data.js';
import { KafkaLog } from '../../libs/messaging/src/kafka/kafka-log.js';
import type { KafkaLogSettings } from '../../libs/messaging/src/settings.js';
import { TOPICS } from '../../libs/records/src/index.js';
import { KafkaBrokers } from '../../scripts/kafka/brokers.js';
import { traceIn } from '../fixtures/evaluator/trace-in.js';
import { allViolations } from '../harness/all-violations.js';
import { BeTrace } from '../harness/betrace.js';
import { createRule } from '../harness/create-rule.js';
import { eventually } from '../harness/eventually.js';
import { CLUSTER_KEY } from '../harness/kafka/cluster.js';
import { coordinatorOf as groupCoordinator } from '../harness/kafka/coordinator.js';
import { checkedTraffic } from './checked-traffic.js';
import { describeOwnKafka } from './describe-kafka.js';

const TIMEOUT_MS = 120_000;
/** On a busy machine; otherwise it takes some seconds. */
const TEST_TIMEOUT_MS = 600_000;
const PARTITIONS = [0, 1, 2, 3, 4, 5];
/** An answer may take longer than a session, like with the defaults. Both are twice as long: a pause of the machine may not end the session. */
const DEFAULT_TIMES = { sessionTimeout: 20_000, requestTimeout: 30_000 };

/** Brokers hang, end, start and elect leaders while processes write, read, join and connect: each continues by itself. */
describeOwnKafka('elections of leaders', () => {
  let brokers: KafkaBrokers;
  const opened: KafkaLog[] = [];

  beforeAll(async () => {
    brokers = await KafkaBrokers.start({ timeoutMs: 180_000, settings: { 'auto.leader.rebalance.enable': 'false' } });
  }, 400_000);
  afterEach(async () => {
    for (const broker of brokers?.all ?? []) broker.resume();
    await Promise.all(opened.splice(0).map((log) => log.close()));
  }, TIMEOUT_MS);
  afterAll(async () => {
    for (const broker of brokers?.all ?? []) broker.resume();
    await brokers?.remove();
  }, TIMEOUT_MS);

  type Times = Pick<KafkaLogSettings, 'sessionTimeout' | 'requestTimeout'>;
  const settings = (topic: string, replication = 3, times: Times = {}): KafkaLogSettings => ({
    kind: 'kafka',
    brokers: brokers.addresses,
    topics: [{ name: topic, partitions: PARTITIONS.length }],
    replication,
    appendTimeout: 4_000,
    sessionTimeout: 12_000,
    requestTimeout: 5_000,
    ...times,
  });

  async function open(topic: string, replication = 3, times?: Times): Promise<KafkaLog> {
    const log = await KafkaLog.open(settings(topic, replication, times));
    opened.push(log);
    return log;
  }

  /** Node ids by partition, from a broker that does not hang; -1 for none. */
  async function leadersOf(topic: string, asked = 1): Promise<ReadonlyMap<number, number>> {
    const connection = new Connection({ ...settings(topic), brokers: [brokers.node(asked).address] }, () => undefined);
    return connection.leaders(topic, true).finally(() => connection.close());
  }

  /** A broker that has just continued is fenced for a moment, and would lead no partition of a new topic. */
  async function allServe(): Promise<void> {
    const connection = new Connection(settings('none'), () => undefined);
    const serving = () => connection.withAdmin(async (admin) => (await admin.describeCluster()).brokers.length);
    await eventually('all brokers to serve', async () => ((await serving()) === brokers.all.length ? true : undefined), TIMEOUT_MS);
    connection.close();
  }

  const coordinatorOf = (group: string): Promise<number> => groupCoordinator(brokers.addresses, group, group);

  /** Removes the members from a group: each notices it at its next heartbeat. */
  async function putOut(group: string, topic: string): Promise<void> {
    const connection = new Connection(settings(topic), () => undefined);
    const { groups } = await connection.withAdmin((admin) => admin.describeGroups([group]));
    const members = groups.flatMap((one) => one.members.map(({ memberId }) => memberId));
    expect(members).toHaveLength(1);
    for (const memberId of members) {
      await connection.withCoordinator(group, topic, (broker) => broker.leaveGroup({ groupId: group, memberId }));
    }
    connection.close();
  }

  async function traffic(topic: string, times?: Times) {
    await allServe();
    return checkedTraffic(topic, PARTITIONS.length, await open(topic), await open(topic, 3, times));
  }

  // By default a broker's answer may take longer than a member's session: the member must not wait that long for its coordinator.
  it.each([
    { who: 'the coordinator of the group, which leads partitions,', topic: 'elections.coordinator', behind: 0, times: DEFAULT_TIMES },
    { who: 'a leader of partitions that is not the coordinator', topic: 'elections.leader', behind: 1, times: {} },
  ])(
    'continues when $who hangs beyond its session, and when it comes back',
    async ({ topic, behind, times }) => {
      const flow = await traffic(topic, times);
      await flow.goesOn('a beginning');
      const coordinator = await coordinatorOf(topic);
      const node = ((coordinator - 1 + behind) % 3) + 1;
      const led = [...(await leadersOf(topic)).values()].filter((leader) => leader === node).length;
      expect(led).toBe(PARTITIONS.length / 3);
      brokers.node(node).suspend();
      const moved = async () => ([...(await leadersOf(topic, (node % 3) + 1)).values()].includes(node) ? undefined : true);
      await eventually('other leaders', moved, TIMEOUT_MS);
      await flow.goesOn('work without it');
      brokers.node(node).resume();
      await flow.goesOn('work with it');
      if (behind === 0) expect(flow.assignments).toEqual(PARTITIONS.map(() => 1));
      else {
        const before = [...flow.assignments];
        await putOut(topic, topic);
        const again = async () => (flow.assignments.every((times, partition) => times > before[partition]!) ? true : undefined);
        await eventually('its partitions given to it again', again, TIMEOUT_MS);
        await flow.goesOn('work after it was put out');
      }
      await flow.end();
    },
    TEST_TIMEOUT_MS,
  );

  it(
    'a member that joins leaves a coordinator that hangs for the next, and is reported as out meanwhile',
    async () => {
      const topic = 'elections.joins';
      await allServe();
      // Here the coordinator waits 30 s for a silent member. It may delay the answer to a join for five minutes.
      const [silent, log] = [new Connection(settings(topic), () => undefined), await open(topic, 3, { sessionTimeout: 300_000 })];
      const joining = { groupId: topic, sessionTimeout: 30_000, rebalanceTimeout: 300_000, memberId: '' };
      const join = () =>
        silent.withCoordinator(topic, topic, async (broker) => {
          const metadata = writeSubscription({ topic, owned: [], generation: -1 });
          const joined = await broker.joinGroup({ ...joining, groupProtocols: [{ name: 'betrace-cooperative-sticky', metadata }] });
          await broker.syncGroup({ groupId: topic, ...joined, groupAssignment: [] });
          return joined;
        });
      // A coordinator may be loading its groups.
      const { generationId, memberId } = await eventually('a first member', join, TIMEOUT_MS);
      // A join that was not answered in time counts, too.
      expect(generationId).toBeGreaterThanOrEqual(1);
      expect(memberId).not.toBe('');
      const told: string[] = [];
      const assigned: number[] = [];
      await log.subscribe({
        topic,
        group: topic,
        listener: {
          assigned: async (partition) => void assigned.push(partition),
          records: async () => undefined,
          revoked: async () => undefined,
          failed: ({ message }) => void told.push(message),
          recovered: () => void told.push('recovered'),
        },
      });
      const state = async (): Promise<string | undefined> => {
        const asking = new Connection(settings(topic), () => undefined);
        const { groups } = await asking.withAdmin((admin) => admin.describeGroups([topic])).finally(() => asking.close());
        return groups[0]?.state;
      };
      await eventually('a join that is held back', async () => ((await state()) === 'PreparingRebalance' ? true : undefined), TIMEOUT_MS);
      expect(assigned).toEqual([]);
      const hanging = brokers.node(await coordinatorOf(topic));
      hanging.suspend();
      const all = async () => (assigned.length === PARTITIONS.length && told.at(-1) === 'recovered' ? true : undefined);
      await eventually('its partitions, of another coordinator', all, TIMEOUT_MS);
      expect(told[0]).toContain(`keep ${topic} together`);
      hanging.resume();
      silent.close();
    },
    TEST_TIMEOUT_MS,
  );

  it(
    'continues when brokers are started again, one after the other',
    async () => {
      const topic = 'elections.restart';
      const flow = await traffic(topic);
      await flow.goesOn('a beginning');
      for (const broker of brokers.all.slice(1)) {
        await broker.stop();
        await broker.run();
        await flow.goesOn('work after a restart');
      }
      await flow.end();
    },
    TEST_TIMEOUT_MS,
  );

  it(
    'a connection that is made while a partition has no leader answers for all others, and for this one when it has',
    async () => {
      // One replica each: while its broker is down, the partition has no leader.
      const topic = 'elections.single';
      await allServe();
      const log = await open(topic, 1);
      const leaders = await leadersOf(topic);
      const down = brokers.node(2);
      const mine = PARTITIONS.filter((partition) => leaders.get(partition) === 2);
      const others = PARTITIONS.filter((partition) => leaders.get(partition) !== 2);
      expect([mine.length, others.length]).toEqual([2, 4]);
      // An append ends after 4 s, which a pause of the machine may take.
      const taken = (by: KafkaLog, partition: number, text: string) =>
        eventually('an append', () => by.append(topic, [{ partition, value: Buffer.from(text) }]), TIMEOUT_MS);
      for (const partition of PARTITIONS) await taken(log, partition, 'before');
      down.suspend();
      await eventually('no leader', async () => ([...(await leadersOf(topic)).values()].includes(-1) ? true : undefined), TIMEOUT_MS);
      const late = await open(topic, 1);
      const write = (partition: number) => late.append(topic, [{ partition, value: Buffer.from('meanwhile') }]);
      for (const partition of others) await eventually('a write to a partition that has a leader', () => write(partition), TIMEOUT_MS);
      await expect(write(mine[0]!)).rejects.toThrow('BT_LOG_TIMEOUT');
      const said = (): Promise<string> => late.check().then(String, ({ message }: Error) => message);
      const names = `partition ${mine.join(', ')} of ${topic} has no leader now`;
      await eventually('readiness to name them', async () => ((await said()).includes(names) ? true : undefined), TIMEOUT_MS);
      const told: string[] = [];
      const read: string[] = [];
      await late.subscribe({
        topic,
        group: topic,
        listener: {
          assigned: async () => undefined,
          records: async ({ partition, records }) => void read.push(...records.map(({ value }) => `${partition} ${Buffer.from(value)}`)),
          revoked: async () => undefined,
          failed: ({ message }) => void told.push(message),
          recovered: () => void told.push('recovered'),
        },
      });
      const named = new RegExp(`partition (${mine.join('|')})\\b.* leader`);
      await eventually('word of what is waited for', async () => (told.some((text) => named.test(text)) ? true : undefined), TIMEOUT_MS);
      const connection = new Connection(settings(topic), () => undefined);
      const found = await eventually('an answer', () => connection.leaders(topic), TIMEOUT_MS);
      expect(mine.map((partition) => found.get(partition))).toEqual(mine.map(() => -1));
      expect(others.map((partition) => found.get(partition))).toEqual(others.map((partition) => leaders.get(partition)));
      down.resume();
      await eventually('its leader', async () => ((await connection.leaders(topic)).get(mine[0]!) === 2 ? true : undefined), TIMEOUT_MS);
      connection.close();
      await eventually('readiness', async () => (await late.check().then(() => true)) || undefined, TIMEOUT_MS);
      for (const partition of mine) await taken(late, partition, 'after');
      // Equal, and compared anew each time: of a write that was repeated, the log may have the refused one too.
      const all = async () => {
        const isSame = read.toSorted().join('\n') === (await texts()).toSorted().join('\n');
        return isSame && told.at(-1) === 'recovered' ? true : undefined;
      };
      const texts = async () => {
        const records = await Promise.all(PARTITIONS.map(async (partition) => ({ partition, of: await readAll(late, topic, partition) })));
        return records.flatMap(({ partition, of }) => of.map(({ value }) => `${partition} ${Buffer.from(value)}`));
      };
      await eventually('all of it to be read', all, TIMEOUT_MS).catch(async (error: Error) => {
        throw new Error(`${error.message}: ${JSON.stringify({ read, kept: await texts(), told: told.slice(-5) })}`, { cause: error });
      });
    },
    TEST_TIMEOUT_MS,
  );

  it(
    'processes that start while partitions have no leader work for the others, and for these when they have one',
    async () => {
      const env = {
        KAFKA_BROKERS: brokers.addresses.join(','),
        KAFKA_REPLICATION_FACTOR: '1',
        KAFKA_SESSION_TIMEOUT: '12s',
        BETRACE_APPEND_TIMEOUT: '4s',
        BETRACE_LOG_PARTITIONS: String(PARTITIONS.length),
        BETRACE_HOST: '127.0.0.1',
        BETRACE_SIGNATURE_KEY: CLUSTER_KEY,
      };
      await allServe();
      const api = await BeTrace.start({ app: 'api', env });
      const running = [api];
      try {
        await createRule(api, { id: 'bad', name: 'bad', expression: 'span.name == "bad"', severity: 'HIGH' });
        // Without rules an evaluator cannot work.
        const rules = (await leadersOf(TOPICS.rules)).get(0);
        const away = [1, 2, 3].find((node) => node !== rules)!;
        const asked = [1, 2, 3].find((node) => node !== away)!;
        const leaders = await leadersOf(TOPICS.spans, asked);
        const mine = PARTITIONS.filter((partition) => leaders.get(partition) === away);
        expect(mine.length).toBeGreaterThan(0);
        brokers.node(away).suspend();
        const leaderless = async () => {
          const found = await leadersOf(TOPICS.spans, asked);
          return mine.every((partition) => found.get(partition) === -1) ? true : undefined;
        };
        await eventually('partitions without a leader', leaderless, TIMEOUT_MS);
        const [ingest, evaluator] = await Promise.all((['ingest', 'evaluator'] as const).map((app) => BeTrace.spawn({ app, env })));
        running.push(ingest!, evaluator!);
        const acknowledged: string[] = [];
        const attempted: string[] = [];
        const send = async (partition: number): Promise<number> => {
          const id = traceIn(partition, PARTITIONS.length, `trace ${attempted.length} `);
          attempted.push(id);
          const spans = [{ trace_id: id, span_id: 's', name: 'bad', start_time: 0, duration: 1 }];
          const { status } = await ingest!.json('POST', '/v1/spans', { spans });
          if (status === 202) acknowledged.push(id);
          return status;
        };
        const others = PARTITIONS.filter((partition) => !mine.includes(partition));
        for (const partition of others) {
          await eventually(
            'a span for a partition with a leader',
            async () => ((await send(partition)) === 202 ? true : undefined),
            TIMEOUT_MS,
          );
        }
        expect(await send(mine[0]!)).toBe(503);
        const ready = async (of: BeTrace) =>
          (await of.json<{ readonly checks: Readonly<Record<string, string>> }>('GET', '/ready')).body.checks;
        const named = new RegExp(`partition (${mine.join('|')})\\b.* of betrace\\.[a-z.-]+ has no leader now`);
        const isNamed = async () => (named.test((await ready(ingest!))['storage'] ?? '') ? true : undefined);
        await eventually('readiness to name them', isNamed, TIMEOUT_MS);
        brokers.node(away).resume();
        for (const one of running) {
          const isWell = async () =>
            (await one.json<{ readonly status: string }>('GET', '/ready')).body.status === 'ready' ? true : undefined;
          await eventually('readiness', isWell, TIMEOUT_MS).catch(async (error: Error) => {
            throw new Error(`${error.message}: ${JSON.stringify(await ready(one))}\n${one.logs().slice(-3_000)}`, { cause: error });
          });
        }
        for (const partition of PARTITIONS)
          await eventually('a span for each partition', async () => ((await send(partition)) === 202 ? true : undefined), TIMEOUT_MS);
        const violated = async () => (await allViolations<{ readonly trace_id: string }>(api)).map(({ trace_id }) => trace_id).toSorted();
        let last: readonly string[] = [];
        const isAll = async () => {
          last = await violated();
          return acknowledged.every((id) => last.includes(id)) ? true : undefined;
        };
        await eventually('the violations', isAll, TIMEOUT_MS);
        // Each once; a record answered with 503, even after an internal retry, may still be in the log.
        expect(new Set(last).size).toBe(last.length);
        expect(last.filter((id) => !attempted.includes(id))).toEqual([]);
      } finally {
        await Promise.all(running.map((one) => one.kill()));
      }
    },
    TEST_TIMEOUT_MS,
  );
});
