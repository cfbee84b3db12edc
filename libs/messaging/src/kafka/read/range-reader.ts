import { setTimeout as pause } from 'node:timers/promises';
import type { RecordBatch } from '../../log.js';
import { isClosedLog, logProblem } from '../../problems.js';
import { type Connection, UNKNOWN_TOPIC } from '../client/connection.js';
import { kafkaFailed, typeOf } from '../client/kafka-errors.js';
import { brokerError } from '../client/kafkajs.js';
import { decodeRecordBatches } from '../wire/decode-record-batches.js';
import { fetchRequest } from '../wire/fetch.js';
import { withoutSyntheticKey } from './synthetic-key.js';

const READ_BYTES = 1024 * 1024;
const TIMEOUT_MS = 10_000;
const AGAIN_MS = 100;
const OFFSET_OUT_OF_RANGE = 1;

/** Reads ranges of partitions, without a group. An unreachable broker is retried for up to 10 s. */
export class RangeReader {
  constructor(readonly connection: Connection) {}

  /** Rejects a LogUnavailable when the log turns out to end before the range: it was created again, or lost records. */
  async *read(topic: string, partition: number, from: number, to = Number.MAX_SAFE_INTEGER): AsyncGenerator<RecordBatch, void> {
    const { start, end } = await this.bounds(topic, partition);
    const until = Math.min(to, end);
    let next = Math.max(from, start);
    let latest = 0;
    while (next < until) {
      const at = next;
      const decoded = await this.#asked(topic, 'be read', () => this.#fetch(topic, partition, at));
      if (decoded.next <= at) {
        await this.#checkEnd(topic, partition, until);
        // A broker that has just become the leader may lack them still; it answers at once that they are out of its range.
        await pause(AGAIN_MS);
      }
      next = Math.max(at, decoded.next);
      const records = decoded.records
        .filter(({ offset }) => offset < until)
        .map((record) => {
          latest = Math.max(latest, record.timestamp);
          return withoutSyntheticKey(record.timestamp === latest ? record : { ...record, timestamp: latest });
        });
      if (records.length > 0) yield { topic, partition, records, endOffset: end };
    }
  }

  async bounds(topic: string, partition: number): Promise<{ readonly start: number; readonly end: number }> {
    return this.#asked(topic, 'tell its bounds', async () => ({
      start: await this.connection.offsets(topic, partition, 'start'),
      end: await this.connection.offsets(topic, partition, 'end'),
    }));
  }

  /** Empty when there is no such topic. */
  async ends(topic: string): Promise<ReadonlyMap<number, number>> {
    return this.#asked(topic, 'tell its ends', async () => {
      try {
        return await this.connection.ends(topic);
      } catch (error) {
        if (typeOf(error) === UNKNOWN_TOPIC) return new Map<number, number>();
        throw error;
      }
    });
  }

  async offsetAt(topic: string, partition: number, timestamp: number): Promise<number> {
    return this.#asked(topic, 'find a time', async () => {
      const found = await this.connection.offsets(topic, partition, Math.max(timestamp, 0));
      return found >= 0 ? found : this.connection.offsets(topic, partition, 'end');
    });
  }

  async #fetch(topic: string, partition: number, offset: number): ReturnType<typeof decodeRecordBatches> {
    const leader = (await this.connection.leaders(topic)).get(partition) ?? -1;
    const positions = [{ partition, offset }];
    const sizes = { partitionBytes: READ_BYTES, totalBytes: READ_BYTES };
    // There are records within the bounds: the wait is only for a broker that has just become the leader.
    const [answer] = await this.connection.send(leader, () => fetchRequest({ topic, wanted: positions, maxWait: AGAIN_MS, ...sizes }));
    // Retention has passed it meanwhile.
    if (answer?.errorCode === OFFSET_OUT_OF_RANGE) return { records: [], next: await this.connection.offsets(topic, partition, 'start') };
    if (answer === undefined || answer.errorCode !== 0) throw brokerError(answer?.errorCode ?? -1, topic);
    return decodeRecordBatches(answer.set, offset, answer.aborted);
  }

  /** Otherwise a read would wait for records that may never come. */
  async #checkEnd(topic: string, partition: number, until: number): Promise<void> {
    const { end } = await this.bounds(topic, partition);
    if (end >= until) return;
    const reason = `partition ${partition} ends at offset ${end} now, before ${until}: it was created again, or lost records`;
    throw logProblem('BT_LOG_KAFKA_FAILED', { work: `read ${topic}`, reason });
  }

  /** Retries until there is an answer. */
  async #asked<T>(topic: string, work: string, ask: () => Promise<T>): Promise<T> {
    const end = performance.now() + TIMEOUT_MS;
    for (;;) {
      try {
        return await ask();
      } catch (error) {
        const failure = kafkaFailed(`${work} (${topic})`, error);
        if (isClosedLog(failure) || performance.now() > end) throw failure;
        await pause(AGAIN_MS);
        // Another broker may lead it now.
        await this.connection.leaders(topic, true).catch(() => undefined);
      }
    }
  }
}
