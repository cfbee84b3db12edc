import { TOPICS } from '#records';
import { Connection } from '../../libs/messaging/src/kafka/client/connection.js';
import { KafkaClient, logLevel } from '../../libs/messaging/src/kafka/client/kafkajs.js';
import type { KafkaBroker } from '../../scripts/kafka/broker.js';
import { eventually } from '../harness/eventually.js';
import type { Cluster, ClusterApp } from '../harness/kafka/cluster.js';
import { coordinatorOf } from '../harness/kafka/coordinator.js';
import type { Danger } from './dangers.js';
import { untilReported } from './until-reported.js';

/** The session of the processes is 3 s. */
const BEYOND_SESSION_MS = 5_000;
/** Longer than ingest waits for an append. */
const MAX_MS = 12_000;
/** A broker that is alone waits longer for its own heartbeats than each of three does. */
const BEYOND_BROKER_SESSION_MS = 10_000;
const TIMEOUT_MS = 90_000;
/** How evaluators report that the brokers do not answer them. */
const NOTICED = /the spans log cannot be read|is not evaluated|are not evaluated|keep betrace-evaluator together|has no leader/;

/** Waits until each partition is on all brokers again: the next danger may take another one. */
async function inSync(cluster: Cluster): Promise<void> {
  const admin = new KafkaClient({ brokers: [...cluster.addresses], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    const all = async () => {
      const { topics } = await admin.fetchTopicMetadata();
      return topics.every(({ partitions }) => partitions.every(({ isr }) => isr.length === cluster.brokers.length)) ? true : undefined;
    };
    await eventually('all replicas', all, TIMEOUT_MS, 200);
  } finally {
    await admin.disconnect();
  }
}

/** The broker that leads most partitions of the spans log. */
async function leaderOfMost(cluster: Cluster): Promise<number> {
  const leaders = [...(await leadersOf(cluster.addresses)).values()];
  const counts = cluster.brokers.map((_, index) => leaders.filter((leader) => leader === index + 1).length);
  return counts.indexOf(Math.max(...counts)) + 1;
}

async function leadersOf(brokers: readonly string[]): Promise<ReadonlyMap<number, number>> {
  const connection = new Connection({ kind: 'kafka', brokers, topics: [] }, () => undefined);
  return connection.leaders(TOPICS.spans, true).finally(() => connection.close());
}

const others = (cluster: Cluster, node: number): readonly string[] => cluster.addresses.filter((_, index) => index !== node - 1);

function nodeOf(cluster: Cluster, node: number): KafkaBroker {
  const broker = cluster.brokers[node - 1];
  if (broker === undefined) throw new Error(`there is no broker ${node}`);
  return broker;
}

/** Suspends a broker, at least until others lead its partitions. */
async function suspended(cluster: Cluster, node: number, work: () => Promise<unknown>): Promise<void> {
  const broker = nodeOf(cluster, node);
  broker.suspend();
  try {
    const led = async () => ([...(await leadersOf(others(cluster, node))).values()].includes(node) ? undefined : true);
    await Promise.all([eventually('other leaders', led, TIMEOUT_MS, 200), work()]);
  } finally {
    broker.resume();
  }
  await inSync(cluster);
}

export const brokerIsRestarted: Danger = async (cluster, random, pause) => {
  const broker = random.pick(cluster.brokers);
  await broker.stop();
  await pause(random.between(0, 3_000));
  await broker.run();
  await inSync(cluster);
};

export const brokerIsKilled: Danger = async (cluster, random, pause) => {
  const broker = random.pick(cluster.brokers);
  await broker.kill();
  await pause(random.between(0, 1_000));
  await broker.run();
  await inSync(cluster);
};

/** All of them, longer than the sessions: when they continue, they remove all members from their groups. */
export const brokersHang: Danger = async (cluster, random, pause) => {
  cluster.suspendBrokers();
  try {
    await Promise.all([
      untilReported(cluster.all('evaluator'), 'rule_engine', /the spans log cannot be read/),
      pause(random.between(BEYOND_SESSION_MS, MAX_MS)),
    ]);
  } finally {
    cluster.resumeBrokers();
  }
  await inSync(cluster);
};

/** One of three: the other two elect leaders for its partitions. */
export const leaderHangs: Danger = async (cluster, random, pause) => {
  const node = await leaderOfMost(cluster);
  await suspended(cluster, node, () =>
    Promise.all([untilReported(cluster.all('evaluator'), 'rule_engine', NOTICED), pause(random.between(BEYOND_SESSION_MS, MAX_MS))]),
  );
};

/** The coordinator of a group hangs until all members are together at another broker. That is how they notice it: their processes need not report it. */
export const coordinatorMoves: Danger = async (cluster, random, pause) => {
  const [group, topic, app] = random.pick([
    ['betrace-evaluator', TOPICS.spans, 'evaluator'],
    ['betrace-keep', TOPICS.violations, 'api'],
    ['betrace-export', TOPICS.violations, 'api'],
  ] as const);
  const node = await eventually('the coordinator', () => coordinatorOf(cluster.addresses, group, topic), TIMEOUT_MS, 200);
  await suspended(cluster, node, async () => {
    const present = others(cluster, node);
    const moved = async () => ((await coordinatorOf(present, group, topic)) === node ? undefined : true);
    await eventually('another coordinator', moved, TIMEOUT_MS, 200);
    // Its members are known there at once; those that do not find it are removed after their session.
    await pause(random.between(BEYOND_SESSION_MS, MAX_MS));
    const together = () => isComplete(present, group, cluster.names(app).length);
    await eventually(`the members of ${group} at another coordinator`, together, TIMEOUT_MS, 200);
  });
};

/** Whether the group has each process as a member, and is stable. */
async function isComplete(brokers: readonly string[], group: string, processes: number): Promise<true | undefined> {
  const admin = new KafkaClient({ brokers: [...brokers], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    const [found] = (await admin.describeGroups([group])).groups;
    return found?.state === 'Stable' && found.members.length >= processes ? true : undefined;
  } finally {
    await admin.disconnect();
  }
}

/** A killed process starts again while a broker, of three or the only one, hangs beyond its session. */
export const startsWhileBrokerHangs: Danger = async (cluster, random, pause) => {
  // Another evaluator has to notice the fault.
  const apps: readonly ClusterApp[] = cluster.names('evaluator').length > 1 ? ['evaluator', 'ingest', 'api'] : ['ingest', 'api'];
  const name = random.pick(cluster.names(random.pick(apps)));
  const node = await leaderOfMost(cluster);
  const remaining = cluster.all('evaluator').filter((evaluator) => evaluator !== cluster.process(name));
  if (cluster.brokers.length > 1) {
    await suspended(cluster, node, async () => {
      await cluster.kill(name);
      // It does not need the broker that hangs.
      await Promise.all([cluster.restart(name), untilReported(remaining, 'rule_engine', NOTICED)]);
    });
    return;
  }
  const broker = nodeOf(cluster, node);
  broker.suspend();
  let started: Promise<void> = Promise.resolve();
  try {
    await cluster.kill(name);
    started = cluster.restart(name);
    // It is awaited at the end.
    started.catch(() => undefined);
    await Promise.all([untilReported(remaining, 'rule_engine', NOTICED), pause(random.between(BEYOND_BROKER_SESSION_MS, MAX_MS))]);
  } finally {
    broker.resume();
  }
  await started;
};
