import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { encodeRequest, spansFromValue } from '#otlp';
import { KafkaClient, logLevel } from '../../libs/messaging/src/kafka/client/kafkajs.js';
import { BeTrace } from '../harness/betrace.js';
import { eventually } from '../harness/eventually.js';
import { describeKafka } from './describe-kafka.js';

const TOPIC = `missing-${process.pid}`;

interface Ready {
  readonly status: string;
  readonly checks: Readonly<Record<string, string>>;
}

await describeKafka('a received topic that is missing', (brokers) => {
  const kafka = new KafkaClient({ brokers: [...brokers], logLevel: logLevel.NOTHING });
  let ingest: BeTrace;
  beforeAll(async () => {
    ingest = await BeTrace.start({ app: 'ingest', env: { KAFKA_BROKERS: brokers.join(','), KAFKA_RECEIVE_TOPICS: TOPIC } });
  }, 120_000);
  afterAll(() => ingest?.stop());

  const ready = async () => (await ingest.json<Ready>('GET', '/ready')).body;

  it('is named by /ready, which stays ready for other receivers; and it is received once it exists', async () => {
    const isNamed = async () => {
      const told = await ready();
      return told.checks['received_topics']?.includes(`${TOPIC} missing`) ? told : undefined;
    };
    expect((await eventually('word of the topic', isNamed, 60_000)).status).toBe('ready');
    expect(
      (await ingest.json('POST', '/v1/spans', { spans: [{ trace_id: 'a', span_id: 's', name: 'x', start_time: 0, duration: 1 }] })).status,
    ).toBe(202);

    const admin = kafka.admin();
    await admin.connect();
    await admin.createTopics({ waitForLeaders: true, topics: [{ topic: TOPIC, numPartitions: 2 }] });
    await admin.disconnect();
    await eventually('readiness', async () => ((await ready()).checks['received_topics'] === 'ok' ? true : undefined), 60_000);
    const producer = kafka.producer();
    await producer.connect();
    const value = Buffer.from(
      encodeRequest(spansFromValue({ spans: [{ trace_id: 'b', span_id: 's', name: 'x', start_time: 0, duration: 1 }] })),
    );
    await producer.send({ topic: TOPIC, messages: [{ value }] });
    await producer.disconnect();
    await eventually(
      'its spans',
      async () => ((await (await fetch(`${ingest.url}/metrics`)).text()).includes('ingested_total{receiver="kafka"} 1') ? true : undefined),
      60_000,
    );
  }, 180_000);
});
