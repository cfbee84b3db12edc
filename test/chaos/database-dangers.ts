import { setFull, setReadOnly } from '../harness/database-faults.js';
import type { Cluster } from '../harness/kafka/cluster.js';
import { inRebalance } from '../harness/kafka/rebalance.js';
import type { TcpLink } from '../harness/services/tcp-link.js';
import type { Danger } from './dangers.js';
import { untilReported } from './until-reported.js';

const CUTS = 12;

function linkOf(cluster: Cluster): TcpLink {
  if (cluster.link === undefined) throw new Error('the cluster has no link to its database: linkDatabase');
  return cluster.link;
}

export const databaseIsReadOnly: Danger = async (cluster, random, pause) => {
  // The database may be shared.
  if (cluster.postgres.outage === undefined) return;
  await setReadOnly(cluster, true);
  try {
    await untilReported(cluster.all('api'), 'storage', /BT_STORE_READ_ONLY/);
    await pause(random.between(500, 2_000));
  } finally {
    await setReadOnly(cluster, false);
  }
};

export const databaseIsFull: Danger = async (cluster, random, pause) => {
  await setFull(cluster, true);
  try {
    await untilReported(cluster.all('api'), 'storage', /BT_STORE_FULL/);
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
    await untilReported(cluster.all('api'), 'storage', /no answer within/);
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
  await inRebalance(cluster.addresses, 'betrace-keep', () => {
    moved = names.length < 3 ? cluster.add('api') : cluster.remove(random.pick(names));
    // It is awaited at the end.
    moved.catch(() => undefined);
  });
  await pause(random.pick([0, 0, 500]));
  await outage.down();
  try {
    await untilReported(cluster.all('api'), 'storage', /cannot be reached/);
    await pause(random.between(500, 3_000));
  } finally {
    await outage.up();
  }
  await moved;
};

/** Connections that get no more answers, and no end: their users must notice it. */
export const databaseIsGone: Danger = async (cluster, random, pause) => {
  linkOf(cluster).strand();
  await untilReported(cluster.all('api'), 'storage', /no answer within|cannot be reached/);
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
