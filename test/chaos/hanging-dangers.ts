import type { BeTrace } from '../harness/betrace.js';
import type { Cluster } from '../harness/cluster.js';
import { setFull, setReadOnly } from '../harness/database-faults.js';
import { eventually } from '../harness/eventually.js';
import { inRebalance } from '../harness/rebalance.js';
import type { TcpLink } from '../harness/services/tcp-link.js';
import type { Danger } from './dangers.js';

/** How long (ms) until a fault is noticed; the store notices a missing answer after five seconds. */
const SEEN_MS = 60_000;
/** The session of the cluster's processes is 3 s. */
const BEYOND_SESSION_MS = 5_000;
/** Longer than ingest waits for an append. */
const MAX_MS = 12_000;
const CUTS = 12;

/** Keeps a fault until a process reports it, and for some time more. A fault that no process reports fails the run. */
async function untilSaid(processes: readonly BeTrace[], check: string, reason: RegExp): Promise<void> {
  let last: unknown;
  const isSaid = async () => {
    const answers = await Promise.all(processes.map(({ url }) => fetch(`${url}/ready`, { signal: AbortSignal.timeout(10_000) })));
    const told = await Promise.all(
      answers.map((answer) => answer.json() as Promise<{ readonly checks: Readonly<Record<string, string>> }>),
    );
    last = told.map(({ checks }) => checks[check]);
    return told.some(({ checks }) => reason.test(checks[check] ?? '')) ? true : undefined;
  };
  await eventually(`${check} to say ${reason}`, isSaid, SEEN_MS, 100).catch((error: Error) => {
    throw new Error(`the fault was not noticed: ${error.message}, but ${JSON.stringify(last)}`, { cause: error });
  });
}

function linkOf(cluster: Cluster): TcpLink {
  if (cluster.link === undefined) throw new Error('the cluster has no link to its database: linkDatabase');
  return cluster.link;
}

/** Longer than the sessions: when the broker continues, it removes all members from their groups. */
export const brokerHangs: Danger = async (cluster, random, pause) => {
  cluster.broker.suspend();
  try {
    await Promise.all([
      untilSaid(cluster.all('evaluator'), 'rule_engine', /the spans log cannot be read/),
      pause(random.between(BEYOND_SESSION_MS, MAX_MS)),
    ]);
  } finally {
    cluster.broker.resume();
  }
};

export const databaseIsReadOnly: Danger = async (cluster, random, pause) => {
  // The database may be shared.
  if (cluster.postgres.outage === undefined) return;
  await setReadOnly(cluster, true);
  try {
    await untilSaid(cluster.all('api'), 'storage', /BT_STORE_READ_ONLY/);
    await pause(random.between(500, 2_000));
  } finally {
    await setReadOnly(cluster, false);
  }
};

export const databaseIsFull: Danger = async (cluster, random, pause) => {
  await setFull(cluster, true);
  try {
    await untilSaid(cluster.all('api'), 'storage', /BT_STORE_FULL/);
    await pause(random.between(500, 2_000));
  } finally {
    await setFull(cluster, false);
  }
};

export const databaseIsSlow: Danger = async (cluster, random, pause) => {
  const link = linkOf(cluster);
  link.delay = random.between(50, 300);
  try {
    const began = performance.now();
    await random.pick(cluster.all('api')).json('GET', '/v1/rules');
    const took = performance.now() - began;
    if (took < 2 * link.delay) throw new Error(`a request took ${took} ms over a round trip of ${2 * link.delay} ms`);
    await pause(random.between(3_000, 6_000));
  } finally {
    link.delay = 0;
  }
};

export const databaseHangs: Danger = async (cluster, random, pause) => {
  const link = linkOf(cluster);
  link.hangs = true;
  try {
    await untilSaid(cluster.all('api'), 'storage', /no answer within/);
    await pause(random.between(2_000, 8_000));
  } finally {
    link.hangs = false;
  }
};

/** The partitions of the violations log move while no API can read its position, or store one. */
export const databaseStopsInRebalance: Danger = async (cluster, random, pause) => {
  const { outage } = cluster.postgres;
  // The database may be shared.
  if (outage === undefined) return;
  const names = cluster.names('api');
  let moved: Promise<unknown> = Promise.resolve();
  await inRebalance(cluster.broker.address, 'betrace-keep', () => {
    moved = names.length < 3 ? cluster.add('api') : cluster.remove(random.pick(names));
    // It is awaited at the end.
    moved.catch(() => undefined);
  });
  await pause(random.pick([0, 0, 500]));
  await outage.down();
  try {
    await untilSaid(cluster.all('api'), 'storage', /cannot be reached/);
    await pause(random.between(500, 3_000));
  } finally {
    await outage.up();
  }
  await moved;
};

/** Connections that get no more answers, and no end: their users must notice it. */
export const databaseIsGone: Danger = async (cluster, random, pause) => {
  linkOf(cluster).strand();
  await untilSaid(cluster.all('api'), 'storage', /no answer within|cannot be reached/);
  await pause(random.between(2_000, 10_000));
};

export const connectionsAreCut: Danger = async (cluster, _random, pause) => {
  let cut = 0;
  for (let i = 0; i < CUTS; i++) {
    await pause(250);
    cut += linkOf(cluster).cut();
  }
  if (cut < CUTS) throw new Error(`${cut} connections were cut in ${CUTS} times`);
};
