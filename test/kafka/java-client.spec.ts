import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type LogRecord, partitionOf, partitionOfKey, readAll } from '../../libs/messaging/src/index.js';
import { KafkaLog } from '../../libs/messaging/src/kafka/kafka-log.js';
import { KafkaBroker } from '../../scripts/kafka/broker.js';
import { eventually } from '../harness/eventually.js';
import { describeOwnKafka } from './describe-kafka.js';

const PARTITIONS = 12;
const PRODUCER = 'org.apache.kafka.tools.ConsoleProducer';
const CONSUMER = 'org.apache.kafka.tools.consumer.ConsoleConsumer';

/** Kafka's own tools represent all other producers and consumers. */
describeOwnKafka("Kafka's Java client", () => {
  let broker: KafkaBroker;
  let log: KafkaLog;

  beforeAll(async () => {
    broker = await KafkaBroker.start();
    const names = ['placed', 'compressed', 'transactions', 'ours'];
    log = await KafkaLog.open({
      kind: 'kafka',
      brokers: [broker.address],
      topics: names.map((name) => ({ name, partitions: name === 'placed' ? PARTITIONS : 1 })),
    });
  }, 180_000);

  afterAll(async () => {
    await log?.close();
    await broker?.remove();
  });

  const produce = (topic: string, lines: readonly string[], ...args: string[]): Promise<string> =>
    broker.tool(PRODUCER, ['--bootstrap-server', broker.address, '--topic', topic, ...args], `${lines.join('\n')}\n`);

  const textOf = ({ value }: LogRecord): string => Buffer.from(value).toString();

  it('writes a trace to the same partition', async () => {
    const traceIds = Array.from({ length: 300 }, () => randomBytes(16));
    const keys = [...traceIds.map((id) => id.toString('hex')), 'a', 'äöü', 'a key of some length', '😀'];
    const properties = ['--property', 'parse.key=true', '--property', 'key.separator=|'];
    await produce(
      'placed',
      keys.map((key) => `${key}|v`),
      ...properties,
    );
    const placed = new Map<string, number>();
    for (let partition = 0; partition < PARTITIONS; partition++) {
      for (const { key = '' } of await readAll(log, 'placed', partition)) placed.set(key, partition);
    }
    expect(placed.size).toBe(keys.length);
    for (const id of traceIds) expect(placed.get(id.toString('hex'))).toBe(partitionOf(id, PARTITIONS));
    for (const key of keys) expect(placed.get(key)).toBe(partitionOfKey(key, PARTITIONS));
  });

  it.each(['none', 'gzip', 'snappy', 'lz4', 'zstd'])('writes what we read, compressed by %s', async (compression) => {
    // Repetitive, random and long lines: every kind of token in the formats.
    const lines = Array.from(
      { length: 400 },
      (_, i) => `${compression} ${i} ${'spans '.repeat(i % 50)}${randomBytes(i % 70).toString('hex')}`,
    );
    lines.push('x'.repeat(200_000), randomBytes(100_000).toString('base64'));
    const { end } = await log.bounds('compressed', 0);
    await produce('compressed', lines, '--compression-codec', compression);
    const read: string[] = [];
    const subscription = await log.subscribe({
      topic: 'compressed',
      group: compression,
      listener: {
        assigned: async () => end,
        records: async ({ records }) => void read.push(...records.map(textOf)),
        revoked: async () => undefined,
      },
    });
    await eventually('all lines', async () => (read.length >= lines.length ? true : undefined), 60_000);
    expect(read).toEqual(lines);
    await subscription.close();
  });

  it('writes transactions, whose markers we skip', async () => {
    // For longer than a pause of the machine, which may put all that is due into one transaction.
    const { end } = await log.bounds('transactions', 0);
    await broker.tool('org.apache.kafka.tools.ProducerPerformance', [
      ...['--topic', 'transactions', '--num-records', '600', '--record-size', '100', '--throughput', '100'],
      ...['--transactional-id', 'perf', '--transaction-duration-ms', '300'],
      ...['--producer-props', `bootstrap.servers=${broker.address}`],
    ]);
    const records = await readAll(log, 'transactions', 0, end);
    expect(records).toHaveLength(600);
    const offsets = records.map(({ offset }) => offset);
    expect(offsets.at(-1)! - offsets[0]! + 1).toBeGreaterThan(600);
  });

  it.each(['none', 'gzip', 'zstd'] as const)('reads what we write, compressed by %s', async (compression) => {
    const writing = await KafkaLog.open({
      kind: 'kafka',
      brokers: [broker.address],
      compression,
      topics: [{ name: 'ours', partitions: 1 }],
    });
    const { end } = await writing.bounds('ours', 0);
    const records = Array.from({ length: 500 }, (_, i) => ({
      partition: 0,
      value: Buffer.from(`${compression} ${i} ${'ä'.repeat(i)}`),
      ...(i % 2 ? { key: `key ${i}` } : {}),
      ...(i % 3 ? { headers: { 'betrace-control': 'tick', n: String(i) } } : {}),
    }));
    await writing.append('ours', records);
    const output = await broker.tool(CONSUMER, [
      ...['--bootstrap-server', broker.address, '--topic', 'ours', '--partition', '0', '--offset', String(end)],
      ...['--max-messages', '500', '--timeout-ms', '60000', '--property', 'print.key=true', '--property', 'print.headers=true'],
    ]);
    const lines = records.map(({ value, key, headers }) => {
      const shown = headers ? `betrace-control:tick,n:${headers.n}` : 'NO_HEADERS';
      return `${shown}\t${key ?? 'null'}\t${value}`;
    });
    expect(output.trimEnd().split('\n')).toEqual(lines);
    await writing.close();
  });

  it('shows the members of a group, and their offsets', async () => {
    const subscription = await log.subscribe({
      topic: 'ours',
      group: 'shown',
      listener: { assigned: async () => undefined, records: async () => undefined, revoked: async () => undefined },
    });
    await eventually('a commit', () => subscription.commit(0, { offset: 7, metadata: 'x' }).then(() => true), 60_000);
    const show = (...args: string[]): Promise<string> =>
      broker.tool('org.apache.kafka.tools.consumer.group.ConsumerGroupCommand', [
        '--bootstrap-server',
        broker.address,
        '--group',
        'shown',
        ...args,
      ]);
    expect(await show('--describe')).toMatch(/shown +ours +0 +7 +\d+/);
    expect(await show('--describe', '--members', '--verbose')).toMatch(/ours:0/);
    await subscription.close();
  });
});
