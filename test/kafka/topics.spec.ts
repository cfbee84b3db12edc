import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Admin } from 'kafkajs';
import { TOPICS } from '#records';
import { isRefusedRecord, type KafkaLogSettings, topicSpecifications } from '../../libs/messaging/src/index.js';
import { KafkaClient, logLevel } from '../../libs/messaging/src/kafka/client/kafkajs.js';
import { KafkaLog } from '../../libs/messaging/src/kafka/kafka-log.js';
import { inspectTopics, prepareTopics } from '../../libs/messaging/src/kafka/topics/prepare-topics.js';
import { KafkaBroker } from '../../scripts/kafka/broker.js';
import { BROKER_USER } from '../../scripts/kafka/broker-properties.js';
import { eventually } from '../harness/eventually.js';
import { describeOwnKafka } from './describe-kafka.js';

const DAY = 86_400_000;

describeOwnKafka('topics and logins', () => {
  let broker: KafkaBroker;
  let settings: KafkaLogSettings;

  beforeAll(async () => {
    broker = await KafkaBroker.start({ security: true });
    settings = { kind: 'kafka', brokers: [broker.address], topics: topicSpecifications({ partitions: 5, retention: DAY }) };
  }, 180_000);

  afterAll(() => broker?.remove());

  async function settingsOf(topic: string): Promise<Record<string, string>> {
    return withAdmin(async (admin) => {
      const { resources } = await admin.describeConfigs({ includeSynonyms: false, resources: [{ type: 2, name: topic }] });
      return Object.fromEntries(resources[0]!.configEntries.map(({ configName, configValue }) => [configName, configValue]));
    });
  }

  async function withAdmin<T>(work: (admin: Admin) => Promise<T>): Promise<T> {
    const admin = new KafkaClient({ brokers: [broker.address], logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    try {
      return await work(admin);
    } finally {
      await admin.disconnect();
    }
  }

  it('are printed before the first start, without changes', async () => {
    const { missing, mismatches } = await inspectTopics(settings);
    expect([missing, mismatches]).toEqual([settings.topics.map(({ name }) => name), []]);
    expect((await inspectTopics(settings)).missing).toHaveLength(missing.length);
  });

  it('are created as BeTrace needs them, by several processes at once', async () => {
    const logs = await Promise.all([1, 2, 3].map(() => KafkaLog.open(settings)));
    expect(logs.map((log) => [log.partitions(TOPICS.spans), log.partitions(TOPICS.rules)])).toEqual([
      [5, 1],
      [5, 1],
      [5, 1],
    ]);
    await Promise.all(logs.map((log) => log.close()));
    expect(await inspectTopics(settings)).toEqual({ missing: [], mismatches: [] });
    expect(await settingsOf(TOPICS.spans)).toMatchObject({
      'message.timestamp.type': 'LogAppendTime',
      'cleanup.policy': 'delete',
      'retention.ms': String(DAY),
      'max.message.bytes': String(8 * 1024 * 1024 + 61),
    });
    expect(await settingsOf(TOPICS.rules)).toMatchObject({ 'cleanup.policy': 'compact', 'message.timestamp.type': 'LogAppendTime' });
  });

  it.each([
    ['message.timestamp.type', 'CreateTime', 'message.timestamp.type=LogAppendTime'],
    ['cleanup.policy', 'compact', 'cleanup.policy=delete'],
    ['max.message.bytes', '1000', `max.message.bytes=${8 * 1024 * 1024 + 61}`],
    ['retention.ms', '1000', `retention.ms=${DAY}`],
  ])('are verified: %s', async (setting, value, remedy) => {
    const topic = `verified.${setting}`;
    await withAdmin((admin) =>
      admin.createTopics({ waitForLeaders: false, topics: [{ topic, numPartitions: 5, configEntries: [{ name: setting, value }] }] }),
    );
    const opened = KafkaLog.open({ ...settings, topics: [{ name: topic, partitions: 5, retention: DAY }] });
    await expect(opened).rejects.toMatchObject({ code: 'BT_LOG_TOPIC_MISMATCH', retryable: false });
    await expect(opened).rejects.toThrow(`${setting} is ${value}, must be `);
    await expect(opened).rejects.toThrow(remedy);
    await expect(opened).rejects.toThrow(`--bootstrap-server ${broker.address}`);
  });

  it('are verified: their number of partitions', async () => {
    await withAdmin((admin) => admin.createTopics({ waitForLeaders: false, topics: [{ topic: 'verified.partitions', numPartitions: 7 }] }));
    const opened = KafkaLog.open({ ...settings, topics: [{ name: 'verified.partitions', partitions: 5 }] });
    await expect(opened).rejects.toThrow('BETRACE_LOG_PARTITIONS=7');
  });

  it('may have more than is needed', async () => {
    const topic = 'generous';
    const configEntries = [
      { name: 'message.timestamp.type', value: 'LogAppendTime' },
      { name: 'max.message.bytes', value: '20000000' },
      { name: 'retention.ms', value: '-1' },
    ];
    await withAdmin((admin) => admin.createTopics({ waitForLeaders: false, topics: [{ topic, numPartitions: 5, configEntries }] }));
    const log = await KafkaLog.open({ ...settings, topics: [{ name: topic, partitions: 5, retention: DAY }] });
    await log.close();
  });

  it('keep records without a key even when compacted', async () => {
    const log = await KafkaLog.open({ ...settings, topics: [{ name: 'compacted', partitions: 1, compacted: true }] });
    await log.append('compacted', [
      { partition: 0, value: Buffer.from('a') },
      { partition: 0, key: 'k', value: Buffer.from('b') },
    ]);
    const keys: (string | undefined)[] = [];
    for await (const { records } of log.read('compacted', 0, 0)) keys.push(...records.map(({ key }) => key));
    expect(keys).toEqual([undefined, 'k']);
    await log.close();
  });

  it('refuse a record that is too large, and no other', async () => {
    const log = await KafkaLog.open({ ...settings, maxRecordBytes: 100_000, topics: [{ name: 'limited', partitions: 1 }] });
    const large = { partition: 0, value: Buffer.alloc(100_001) };
    await expect(log.append('limited', [large])).rejects.toMatchObject({ code: 'BT_LOG_RECORD_TOO_LARGE', status: 413, retryable: false });
    const largest = { partition: 0, value: Buffer.alloc(99_900) };
    expect(
      await log.append(
        'limited',
        Array.from({ length: 30 }, () => largest),
      ),
    ).toEqual(Array.from({ length: 30 }, (_, i) => i));
    // The topic's limit was lowered since it was verified.
    await withAdmin((admin) =>
      admin.alterConfigs({
        validateOnly: false,
        resources: [{ type: 2, name: 'limited', configEntries: [{ name: 'max.message.bytes', value: '5000' }] }],
      }),
    );
    // The broker applies it a moment later.
    let taken = 30;
    const refusal = () =>
      log.append('limited', [largest]).then(
        () => void taken++,
        (error: Error) => error,
      );
    expect(await eventually('a refusal', refusal, 60_000)).toMatchObject({
      code: 'BT_LOG_KAFKA_LIMIT_LOWERED',
      status: 503,
      retryable: true,
    });
    expect(isRefusedRecord(await refusal())).toBe(true);
    expect(await log.append('limited', [{ partition: 0, value: Buffer.alloc(10) }])).toEqual([taken]);
    await log.close();
  });

  it.each(['plain', 'scram-sha-256', 'scram-sha-512'] as const)('are reached over TLS and SASL %s', async (mechanism) => {
    const tls = { ca: broker.certificate! };
    const secured = {
      ...settings,
      brokers: [broker.secured],
      tls,
      sasl: { mechanism, ...BROKER_USER },
      topics: [{ name: mechanism, partitions: 1 }],
    };
    const log = await KafkaLog.open(secured);
    expect(await log.append(mechanism, [{ partition: 0, value: Buffer.from('a') }])).toEqual([0]);
    await log.close();

    const mistaken = KafkaLog.open({ ...secured, sasl: { mechanism, username: 'alice', password: 'wrong' } });
    await expect(mistaken).rejects.toMatchObject({ code: 'BT_LOG_KAFKA_LOGIN_REFUSED', retryable: false });
    await expect(mistaken).rejects.toThrow('KAFKA_SASL_PASSWORD');
    await expect(mistaken).rejects.not.toThrow('wrong');
  });

  it('that refuse everything are waited for: no record is at fault', async () => {
    // Brokers keep clients out of their own topic. It exists after a group's first request for its coordinator, and is loaded soon after.
    const asked = () => withAdmin((admin) => admin.fetchOffsets({ groupId: 'whoever' })).then(() => true);
    await eventually('the coordinator of a group', asked, 60_000, 100);
    await withAdmin((admin) =>
      admin.alterConfigs({
        validateOnly: false,
        resources: [
          {
            type: 2,
            name: '__consumer_offsets',
            configEntries: [
              { name: 'cleanup.policy', value: 'compact' },
              { name: 'message.timestamp.type', value: 'LogAppendTime' },
              { name: 'max.message.bytes', value: '9000000' },
            ],
          },
        ],
      }),
    );
    const topics = [{ name: '__consumer_offsets', partitions: 4, compacted: true }];
    // Brokers apply new settings a moment after they accept them.
    const log = await eventually('the settings of the topic', () => KafkaLog.open({ ...settings, topics }), 60_000, 100);
    const append = log.append('__consumer_offsets', [{ partition: 0, key: 'k', value: Buffer.from('v') }]);
    await expect(append).rejects.toMatchObject({ code: 'BT_LOG_KAFKA_TOPIC_REFUSED', status: 503, retryable: true });
    await log.close();
  });

  it('need a trusted or configured authority', async () => {
    const untrusted = { ...settings, brokers: [broker.secured], tls: {}, sasl: { mechanism: 'plain', ...BROKER_USER } } as const;
    const refused = prepareTopics(untrusted, () => undefined);
    await expect(refused).rejects.toMatchObject({ code: 'BT_LOG_KAFKA_CERTIFICATE', retryable: false });
    await expect(refused).rejects.toThrow(/self-signed certificate.*KAFKA_TLS_CA/);
    const localhost = broker.secured.replace('127.0.0.1', 'localhost');
    const otherName = prepareTopics({ ...untrusted, brokers: [localhost], tls: { ca: broker.certificate! } }, () => undefined);
    await expect(otherName).rejects.toMatchObject({ code: 'BT_LOG_KAFKA_CERTIFICATE' });
  });

  it('name the unreachable brokers', async () => {
    const away = prepareTopics({ ...settings, brokers: ['127.0.0.1:1'] }, () => undefined, 1_000);
    await expect(away).rejects.toMatchObject({ code: 'BT_LOG_KAFKA_UNREACHABLE', retryable: true });
    await expect(away).rejects.toThrow('127.0.0.1:1');
    await expect(away).rejects.toThrow('KAFKA_BROKERS');
  });
});
