import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { readAll } from '../../libs/messaging/src/index.js';
import { KafkaLog } from '../../libs/messaging/src/kafka/kafka-log.js';
import { KafkaBroker } from '../../scripts/kafka/broker.js';
import { eventually } from '../harness/eventually.js';
import { describeOwnKafka } from './describe-kafka.js';

const TIMEOUT_MS = 120_000;
const TOPIC = 'empty.broker';

describeOwnKafka('a broker that comes back empty, at the same address', () => {
  let broker: KafkaBroker;
  const logs: KafkaLog[] = [];

  beforeAll(async () => {
    broker = await KafkaBroker.start({ timeoutMs: 180_000 });
  }, 200_000);
  afterAll(async () => {
    await Promise.all(logs.map((log) => log.close()));
    await broker?.remove();
  }, TIMEOUT_MS);

  async function open(): Promise<KafkaLog> {
    const topics = [{ name: TOPIC, partitions: 1 }];
    const log = await KafkaLog.open({ kind: 'kafka', brokers: [broker.address], topics, appendTimeout: 10_000 });
    logs.push(log);
    return log;
  }

  /** One record in a batch of its own. */
  async function append(log: KafkaLog, text: string): Promise<number | undefined> {
    const offsets = await eventually(
      'an acknowledgement',
      () => log.append(TOPIC, [{ partition: 0, value: Buffer.from(text) }]),
      TIMEOUT_MS,
    );
    return offsets[0];
  }

  it.each([
    ['while nothing is written', false],
    ['while records are written', true],
  ])(
    'its cluster gives the id of a former producer to another one, and all that is acknowledged is written: %s',
    async (_, writing) => {
      const former = await open();
      for (const text of ['a', 'b', 'c']) await append(former, text);
      const { clients: port } = broker.ports;
      await broker.remove();
      const late = writing ? former.append(TOPIC, [{ partition: 0, value: Buffer.from('under way') }]).catch(() => undefined) : undefined;
      broker = await KafkaBroker.start({ port, timeoutMs: 180_000 });
      const other = await open();
      const acknowledged: string[] = [];
      const write = async (log: KafkaLog, text: string): Promise<void> => {
        await append(log, text);
        acknowledged.push(text);
      };
      // The sequences of the former producer's next records, under the same id.
      for (let n = 0; n < 6; n++) await write(other, `other ${n}`);
      for (let n = 0; n < 3; n++) await write(former, `former ${n}`);
      for (let n = 6; n < 9; n++) await write(other, `other ${n}`);
      if ((await late) !== undefined) acknowledged.push('under way');
      const texts = (await readAll(await open(), TOPIC, 0)).map(({ value }) => Buffer.from(value).toString());
      // An append that was refused by its deadline may be written, and twice.
      expect(acknowledged.filter((text) => !texts.includes(text))).toEqual([]);
    },
    TIMEOUT_MS * 2,
  );
});
