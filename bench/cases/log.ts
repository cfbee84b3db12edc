import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EmbeddedLogSettings, type Log, type LogSettings, openLog, partitionOf } from '#messaging';
import type { BenchCase } from '../case.js';
import { perSecond } from '../measure.js';

const SPANS_PER_RECORD = 64;
const RECORD_BYTES = 27_000;
const PARTITIONS = 12;
const SPANS = 2_000_000;
const AT_ONCE = 32;
const topics = [{ name: 'spans', partitions: PARTITIONS }];

/** Appends one record per partition at a time, like a split request, with `AT_ONCE` concurrent appends, like as many senders. */
async function appendAll(log: Log, spans: number): Promise<void> {
  const value = new Uint8Array(RECORD_BYTES).map((_, i) => i * 31);
  const records = Array.from({ length: PARTITIONS }, (_, partition) => ({ partition, value }));
  let left = Math.ceil(spans / SPANS_PER_RECORD / PARTITIONS);
  const sender = async (): Promise<void> => {
    while (left-- > 0) await log.append('spans', records);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, sender));
}

/** Reads everything as a consumer group, until `spans` were delivered. */
async function consumeAll(log: Log, spans: number): Promise<void> {
  let left = spans / SPANS_PER_RECORD;
  const done = Promise.withResolvers<void>();
  const subscription = await log.subscribe({
    topic: 'spans',
    group: 'bench',
    listener: {
      assigned: async () => 0,
      records: async (batch) => {
        left -= batch.records.length;
        if (left <= 0) done.resolve();
      },
      revoked: async () => undefined,
    },
  });
  await done.promise;
  await subscription.close();
}

type Place = 'on disk' | 'in memory';

async function withLog<T>(place: Place, writer: 'thread' | 'direct', work: (log: Log) => Promise<T>): Promise<T> {
  const path = place === 'on disk' ? await mkdtemp(join(tmpdir(), 'betrace-bench-')) : undefined;
  const settings: EmbeddedLogSettings = { kind: 'embedded', topics, writer, ...(path === undefined ? {} : { path }) };
  const log = await openLog(settings satisfies LogSettings);
  try {
    return await work(log);
  } finally {
    await log.close();
    if (path !== undefined) await rm(path, { recursive: true });
  }
}

interface Rate {
  readonly value: number;
  readonly note: string;
}

/** Million spans per second, and per second of CPU time in the note. */
async function rateOf(spans: number, work: () => Promise<void>): Promise<Rate> {
  const cpu = process.cpuUsage();
  const start = performance.now();
  await work();
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return { value: spans / seconds / 1e6, note: `${(spans / (user + system)).toFixed(2)} M per CPU second` };
}

const writing = (name: string, place: Place, writer: 'thread' | 'direct'): BenchCase => ({
  name,
  unit: 'M spans/s',
  run: () => withLog(place, writer, (log) => rateOf(SPANS, () => appendAll(log, SPANS))),
});

async function consumeRate(log: Log): Promise<Rate> {
  await appendAll(log, SPANS / 4);
  return rateOf(SPANS / 4, () => consumeAll(log, SPANS / 4));
}

/** Milliseconds from an append to its confirmation, one at a time: how long a sender waits for the disk. */
async function latency(log: Log): Promise<Rate> {
  const times: number[] = [];
  for (let i = 0; i < 200; i++) {
    const start = performance.now();
    await log.append('spans', [{ partition: i % PARTITIONS, value: new Uint8Array(RECORD_BYTES) }]);
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  return { value: times[100]!, note: `p99 ${times[198]!.toFixed(2)} ms` };
}

const ids = new Uint8Array(16 * 1_000).map((_, i) => i * 37);

function partitions(): number {
  let sum = 0;
  for (let at = 0; at < ids.length; at += 16) sum += partitionOf(ids, PARTITIONS, at);
  return sum;
}

export const cases: readonly BenchCase[] = [
  writing('write, synced to disk', 'on disk', 'thread'),
  writing('write, synced to disk, in the calling thread', 'on disk', 'direct'),
  {
    name: 'write in memory while it is read',
    unit: 'M spans/s',
    run: () =>
      withLog('in memory', 'thread', (log) =>
        rateOf(SPANS, async () => void (await Promise.all([appendAll(log, SPANS), consumeAll(log, SPANS)]))),
      ),
  },
  { name: 'read from disk', unit: 'M spans/s', run: () => withLog('on disk', 'thread', consumeRate) },
  { name: 'confirm one record, synced to disk', unit: 'ms (median)', run: () => withLog('on disk', 'thread', latency) },
  { name: 'partition of a trace id', unit: 'M ids/s', run: async () => ({ value: perSecond(1_000, partitions) / 1e6 }) },
];
