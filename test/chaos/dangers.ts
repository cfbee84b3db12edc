import type { Cluster, ClusterApp } from '../harness/kafka/cluster.js';
import { brokerIsKilled, brokerIsRestarted, brokersHang, coordinatorMoves, leaderHangs, startsWhileBrokerHangs } from './broker-dangers.js';
import {
  connectionsAreCut,
  databaseHangs,
  databaseIsFull,
  databaseIsGone,
  databaseIsReadOnly,
  databaseIsSlow,
  databaseStopsInRebalance,
} from './database-dangers.js';
import { killBeforePublication } from './kill-before-publication.js';
import { sendPoison, sendRefused } from './poison.js';
import type { Random } from './random.js';
import { createTimeIsSet, partitionsAreAdded, spansMustBeSmall, violationsMustBeSmall } from './topic-dangers.js';

/** A fault in a running cluster, and its end. `pause` waits while the load continues. */
export type Danger = (cluster: Cluster, random: Random, pause: (ms: number) => Promise<void>) => Promise<void>;

const killed =
  (app: ClusterApp): Danger =>
  async (cluster, random, pause) => {
    const name = random.pick(cluster.names(app));
    await cluster.kill(name);
    await pause(random.between(0, 2_000));
    await cluster.restart(name);
  };

const hangs =
  (app: ClusterApp): Danger =>
  async (cluster, random, pause) => {
    const { process } = cluster.process(random.pick(cluster.names(app)));
    process.kill('SIGSTOP');
    await pause(random.between(4_000, 6_000));
    process.kill('SIGCONT');
  };

/** At most four, because the machine is limited. */
const added =
  (app: ClusterApp): Danger =>
  async (cluster) => {
    if (cluster.names(app).length < 4) await cluster.add(app);
  };

/** Its partitions wait for its session, unless SIGUSR2 makes the stop permanent. */
const staticAdded: Danger = async (cluster, random) => {
  if (cluster.names('evaluator').length < 4) await cluster.add('evaluator', { KAFKA_GROUP_INSTANCE_ID: `member-${random.hex(8)}` });
};

/** In order, and back within the session or after it. */
const restarted =
  (app: ClusterApp): Danger =>
  async (cluster, random, pause) => {
    const name = random.pick(cluster.names(app));
    await cluster.process(name).stop();
    await pause(random.pick([0, 5_000]));
    await cluster.restart(name);
  };

const takenAwayForGood: Danger = async (cluster, random) => {
  const names = cluster.names('evaluator');
  if (names.length < 2) return;
  const name = random.pick(names);
  cluster.process(name).process.kill('SIGUSR2');
  await cluster.remove(name);
};

const takenAway =
  (app: ClusterApp): Danger =>
  async (cluster, random) => {
    const names = cluster.names(app);
    if (names.length > 1) await cluster.remove(random.pick(names));
  };

/** By the names that failures report. */
export const DANGERS = {
  'an evaluator is killed': killed('evaluator'),
  'an ingest is killed': killed('ingest'),
  'an API is killed': killed('api'),

  /** Longer than its session: others take over, then it continues. */
  'an evaluator hangs': hangs('evaluator'),
  'an ingest hangs': hangs('ingest'),
  'an API hangs': hangs('api'),

  'an evaluator is added': added('evaluator'),
  'an ingest is added': added('ingest'),
  'an API is added': added('api'),
  'a static evaluator is added': staticAdded,
  'an evaluator is restarted': restarted('evaluator'),
  'an evaluator is taken away permanently': takenAwayForGood,
  'an evaluator is taken away': takenAway('evaluator'),
  'an ingest is taken away': takenAway('ingest'),
  'an API is taken away': takenAway('api'),

  'an API is killed between commit and publication': async (cluster, random, pause) => {
    const id = await killBeforePublication(cluster, random);
    await pause(random.between(500, 2_000));
    await random.pick(cluster.all('api')).json('DELETE', `/v1/rules/${id}`);
  },

  'the broker is restarted': brokerIsRestarted,
  'the broker is killed': brokerIsKilled,
  'the broker hangs': brokersHang,
  'a process starts while the broker hangs': startsWhileBrokerHangs,
  'a leader hangs': leaderHangs,
  'a coordinator moves': coordinatorMoves,
  'CreateTime is set': createTimeIsSet,
  'the spans log accepts small records only': spansMustBeSmall,
  'the violations log accepts small records only': violationsMustBeSmall,
  'partitions are added': partitionsAreAdded,
  'PostgreSQL is restarted': async (cluster, random, pause) => {
    await cluster.postgres.outage?.down();
    await pause(random.between(500, 3_000));
    await cluster.postgres.outage?.up();
  },
  'PostgreSQL is restarted while the APIs rebalance': databaseStopsInRebalance,
  'the database is read-only': databaseIsReadOnly,
  'the database is full': databaseIsFull,
  'the database is slow': databaseIsSlow,
  'the database hangs': databaseHangs,
  'the machine of the database is gone': databaseIsGone,
  'connections of the database are cut': connectionsAreCut,
  'the collector is down': async (cluster, random, pause) => {
    cluster.receiver.stop();
    await pause(random.between(1_000, 4_000));
    await cluster.receiver.start();
  },

  'rules change': async (cluster, random, pause) => {
    const id = `extra-${random.hex(6)}`;
    const rule = { name: id, expression: `span.duration > ${random.between(200, 800)}ms`, severity: 'LOW' };
    const [first, second, third] = [0, 1, 2].map(() => random.pick(cluster.all('api')));
    await first!.json('POST', '/v1/rules', rule);
    await pause(random.between(100, 1_000));
    await second!.json('PATCH', `/v1/rules/${id}`, { expression: 'span.name == "query"' });
    await pause(random.between(100, 1_000));
    await third!.json('DELETE', `/v1/rules/${id}`);
  },
  'a burst of rules': async (cluster, random) => {
    const ids = Array.from({ length: 40 }, () => `burst-${random.hex(6)}`);
    for (const id of ids) {
      const rule = { name: id, expression: `span.duration > ${random.between(880, 899)}ms and span.name == "query"`, severity: 'LOW' };
      await random.pick(cluster.all('api')).json('POST', '/v1/rules', rule);
    }
    for (const id of ids) await random.pick(cluster.all('api')).json('DELETE', `/v1/rules/${id}`);
  },

  'poison arrives': sendPoison,
  'the collector refuses some violations permanently': sendRefused,
} as const satisfies Readonly<Record<string, Danger>>;

export type DangerName = keyof typeof DANGERS;

/** Dangers that need two further brokers. */
export const THREE_BROKER_DANGERS: ReadonlySet<DangerName> = new Set(['a leader hangs', 'a coordinator moves']);

/** The last dangers of a run, in their order: no process can start after the first of them. */
export const LAST_DANGERS: readonly DangerName[] = ['partitions are added', 'an evaluator hangs', 'the broker is killed'];
