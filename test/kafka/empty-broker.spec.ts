import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { readAll } from '../../libs/messaging/src/index.js';
import { Connection, type Knows } from '../../libs/messaging/src/kafka/client/connection.js';
import type { ProducerIdentity } from '../../libs/messaging/src/kafka/client/kafkajs.js';
import { KafkaLog } from '../../libs/messaging/src/kafka/kafka-log.js';
import type { WireRequest } from '../../libs/messaging/src/kafka/wire/request.js';
import { Writer } from '../../libs/messaging/src/kafka/write/writer.js';
import { KafkaBroker } from '../../scripts/kafka/broker.js';
import { describeOwnKafka } from './describe-kafka.js';

const TIMEOUT_MS = 120_000;
const TOPIC = 'empty.broker';

/** A connection whose writer can be held before its next request. It records what it receives and sends. */
class ShownConnection extends Connection {
  readonly identities: ProducerIdentity[] = [];
  held: Promise<void> = Promise.resolve();
  private sent = Promise.withResolvers<void>();

  /** Resolves when its next request is sent. */
  nextSent(): Promise<void> {
    this.sent = Promise.withResolvers();
    return this.sent.promise;
  }

  override async clusterAt(node: number): Promise<string | undefined> {
    await this.held;
    return super.clusterAt(node);
  }

  override async newProducerAt(node: number): Promise<ProducerIdentity> {
    const identity = await super.newProducerAt(node);
    this.identities.push(identity);
    return identity;
  }

  override send<Answer>(node: number, request: (knows: Knows) => WireRequest<Answer>): Promise<Answer> {
    return super.send(node, (knows) => {
      this.sent.resolve();
      return request(knows);
    });
  }
}

describeOwnKafka('a broker that comes back empty, at the same address', () => {
  let broker: KafkaBroker;
  let closing: (() => Promise<void> | void)[];

  beforeEach(async () => {
    closing = [];
    broker = await KafkaBroker.start({ timeoutMs: 180_000 });
    await (await open()).close();
  }, 200_000);
  afterEach(async () => {
    for (const close of closing) await close();
    await broker?.remove();
  }, TIMEOUT_MS);

  /** Creates the topic. */
  function open(): Promise<KafkaLog> {
    return KafkaLog.open({ kind: 'kafka', brokers: [broker.address], topics: [{ name: TOPIC, partitions: 1 }] });
  }

  function writer(): { readonly connection: ShownConnection; readonly writer: Writer } {
    const connection = new ShownConnection({ kind: 'kafka', brokers: [broker.address], topics: [] }, () => undefined);
    const options = { compression: 'none', maxBatchBytes: 1_000_000, appendTimeout: TIMEOUT_MS * 2, report: () => undefined } as const;
    const opened = new Writer({ connection, ...options });
    closing.push(
      () => opened.close(),
      () => connection.close(),
    );
    return { connection, writer: opened };
  }

  /** One record in a batch of its own. */
  async function append(to: Writer, text: string): Promise<string> {
    await to.append(TOPIC, [{ partition: 0, value: Buffer.from(text) }]);
    return text;
  }

  it.each([
    ['while nothing is written', false],
    ['while a record is sent, which the old one does not answer', true],
  ])(
    'its cluster gives the id of a former producer to another one, and all that is acknowledged is written: %s',
    async (_, writing) => {
      const former = writer();
      for (const text of ['a', 'b', 'c']) await append(former.writer, text);
      const { promise, resolve: release } = Promise.withResolvers<void>();
      closing.unshift(release);
      const underWay: Promise<string>[] = [];
      if (writing) {
        broker.suspend();
        const sent = former.connection.nextSent();
        underWay.push(append(former.writer, 'under way'));
        await sent;
      }
      // The other producer is the first to write in the new cluster, under the sequences of the former one's next records.
      former.connection.held = promise;
      const { clients: port } = broker.ports;
      await broker.remove();
      broker = await KafkaBroker.start({ port, timeoutMs: 180_000 });
      await (await open()).close();
      const other = writer();
      const acknowledged: string[] = [];
      for (let n = 0; n < 6; n++) acknowledged.push(await append(other.writer, `other ${n}`));
      expect(other.connection.identities[0]).toMatchObject({ id: former.connection.identities[0]!.id, epoch: 0 });
      release();
      acknowledged.push(...(await Promise.all(underWay)));
      for (let n = 0; n < 3; n++) acknowledged.push(await append(former.writer, `former ${n}`));
      for (let n = 6; n < 9; n++) acknowledged.push(await append(other.writer, `other ${n}`));
      const log = await open();
      closing.push(() => log.close());
      const texts = (await readAll(log, TOPIC, 0)).map(({ value }) => Buffer.from(value).toString());
      expect(texts).toEqual(acknowledged);
    },
    TIMEOUT_MS * 3,
  );
});
