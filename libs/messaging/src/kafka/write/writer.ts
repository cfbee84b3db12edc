import { setTimeout as pause } from 'node:timers/promises';
import type { OutgoingRecord } from '../../log.js';
import type { LogReport } from '../../log-report.js';
import { type LogProblemCode, logProblem } from '../../problems.js';
import type { Connection } from '../client/connection.js';
import { kafkaFailed, reasonOf, typeOf } from '../client/kafka-errors.js';
import { brokerError, type ProducerIdentity } from '../client/kafkajs.js';
import type { Compression } from '../wire/compression.js';
import { BATCH_OVERHEAD, recordSize } from '../wire/encode-record-batch.js';
import { type ProduceAnswer, produceRequest } from '../wire/produce.js';
import { isOtherCluster, PartitionQueue } from './partition-queue.js';
import { PendingAppend, piecesOf } from './pending-append.js';

/** Maximum bytes that wait to be written; beyond it appends are refused, so that an outage does not use up memory. */
const WAITING_BYTES = 64 * 1024 * 1024;
/** Approximate maximum bytes of records in one batch and in one request. */
const BATCH_BYTES = 1024 * 1024;
const REQUEST_BYTES = 16 * 1024 * 1024;
/** How long a broker waits for the other replicas, ms. */
const REPLICAS_MS = 10_000;
const BACK_OFF_MS = { first: 20, max: 1_000 };

/** Answers after which the same batch is retried under a new identity, and answers after which it is not retried. */
const FORGOTTEN = new Set([
  'OUT_OF_ORDER_SEQUENCE_NUMBER',
  'DUPLICATE_SEQUENCE_NUMBER',
  'UNKNOWN_PRODUCER_ID',
  'INVALID_PRODUCER_EPOCH',
  'INVALID_PRODUCER_ID_MAPPING',
]);
const TOO_LARGE = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE']);
/** The problem of a record, or of the topic for any record: retries fail too, until a setting changes. */
const REFUSALS = new Map<string, LogProblemCode>([
  ...[...TOO_LARGE].map((type) => [type, 'BT_LOG_KAFKA_LIMIT_LOWERED'] as const),
  ['INVALID_RECORD', 'BT_LOG_KAFKA_REFUSED'],
  ['INVALID_TOPIC_EXCEPTION', 'BT_LOG_KAFKA_TOPIC_REFUSED'],
  ['INVALID_TIMESTAMP', 'BT_LOG_KAFKA_TOPIC_REFUSED'],
  ['UNSUPPORTED_FOR_MESSAGE_FORMAT', 'BT_LOG_KAFKA_TOPIC_REFUSED'],
  ['POLICY_VIOLATION', 'BT_LOG_KAFKA_TOPIC_REFUSED'],
  ['INVALID_REQUIRED_ACKS', 'BT_LOG_KAFKA_TOPIC_REFUSED'],
]);

export interface WriterOptions {
  readonly connection: Connection;
  readonly compression: Compression;
  /** Maximum bytes of a batch that the topics accept. */
  readonly maxBatchBytes: number;
  /** Ms until an append is rejected. */
  readonly appendTimeout: number;
  readonly report: LogReport;
}

/**
 * Appends with acks=all and idempotent producers. One request at a time is under way to each broker; appends that come meanwhile form the next one.
 * Many concurrent appends thus cost few requests, without lingering.
 */
export class Writer {
  readonly #queues = new Map<string, PartitionQueue>();
  readonly #pending = new Set<PendingAppend>();
  /** Nodes with a running sender. */
  readonly #senders = new Set<number>();
  /** Identities for partitions without one, or with a spent one. */
  #identity: Promise<ProducerIdentity | undefined> | undefined;
  #leaders = new Map<string, ReadonlyMap<number, number>>();
  /** Topics that lack a leader for waiting appends, and are looked up again. */
  readonly #leaderless = new Map<string, { attempts: number; timer: NodeJS.Timeout | undefined }>();
  /** By topic: why the last look for its leaders failed. */
  readonly #unknown = new Map<string, unknown>();
  #assigning = false;
  #failures = 0;
  /** The failures were logged, so their end is too. */
  #isReported = false;
  #waitingBytes = 0;
  readonly #closing = new AbortController();
  #closed = false;

  readonly #batchBytes: number;

  constructor(readonly options: WriterOptions) {
    this.#batchBytes = Math.min(BATCH_BYTES, options.maxBatchBytes - BATCH_OVERHEAD);
  }

  /** Rejects at the deadline; see `Log.append`. */
  async append(topic: string, records: readonly OutgoingRecord[]): Promise<readonly number[]> {
    if (this.#closed) throw logProblem('BT_LOG_CLOSED');
    const max = this.options.maxBatchBytes;
    let bytes = 0;
    for (const record of records) {
      const size = recordSize(record) + BATCH_OVERHEAD;
      if (size > max) throw logProblem('BT_LOG_RECORD_TOO_LARGE', { topic, bytes: size, max });
      bytes += size;
    }
    if (this.#waitingBytes > 0 && this.#waitingBytes + bytes > WAITING_BYTES)
      throw logProblem('BT_LOG_OVERLOADED', { bytes: WAITING_BYTES });
    const expired = (): void => this.#dropSettled();
    const parts: { readonly queue: PartitionQueue; readonly last: number }[] = [];
    const reason = (): string | undefined =>
      parts.find(({ queue, last }) => queue.failure !== undefined && !append.isAcknowledged(last))?.queue.failure;
    const append = new PendingAppend(topic, records.length, this.options.appendTimeout, expired, reason);
    for (const [partition, pieces] of piecesOf(append, records, this.#batchBytes)) {
      const queue = this.#queue(topic, partition);
      queue.add(pieces);
      parts.push({ queue, last: pieces.at(-1)!.places.at(-1)! });
    }
    this.#waitingBytes += bytes;
    this.#pending.add(append);
    this.#assign();
    try {
      return await append.offsets;
    } finally {
      this.#waitingBytes -= bytes;
      this.#pending.delete(append);
    }
  }

  /** Waits for the appends under way, which all have deadlines. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.allSettled([...this.#pending].map(({ offsets }) => offsets));
    this.#queues.clear();
    for (const { timer } of this.#leaderless.values()) clearTimeout(timer);
    this.#closing.abort();
  }

  #queue(topic: string, partition: number): PartitionQueue {
    const key = `${topic}/${partition}`;
    const queue = this.#queues.get(key) ?? new PartitionQueue(topic, partition);
    this.#queues.set(key, queue);
    return queue;
  }

  #dropSettled(): void {
    for (const queue of this.#queues.values()) queue.dropSettled();
  }

  /** Starts a sender to the leader of every queue with work. */
  #assign(): void {
    if (this.#assigning) return;
    this.#assigning = true;
    // Appends of this turn of the event loop go together.
    setImmediate(() => {
      void this.#startSenders().finally(() => {
        this.#assigning = false;
        if (this.#idleWork().length > 0) this.#assign();
      });
    });
  }

  /** Queues with work and without a sender. Those without a known leader wait until the leader is looked up again. */
  #idleWork(): PartitionQueue[] {
    return [...this.#queues.values()].filter((queue) => {
      if (!queue.hasWork || queue.busy) return false;
      const leader = this.#leaderOf(queue);
      return leader < 0 ? !this.#leaders.has(queue.topic) : !this.#senders.has(leader);
    });
  }

  #leaderOf({ topic, partition }: PartitionQueue): number {
    return this.#leaders.get(topic)?.get(partition) ?? -1;
  }

  /** A deleted topic, or a partition without a leader, does not block the others. */
  async #startSenders(): Promise<void> {
    for (const topic of new Set(this.#idleWork().map((queue) => queue.topic))) {
      if (this.#leaders.has(topic)) continue;
      try {
        this.#leaders.set(topic, await this.options.connection.leaders(topic));
        this.#unknown.delete(topic);
      } catch (error) {
        this.#leaders.set(topic, new Map());
        this.#unknown.set(topic, error);
      }
    }
    for (const node of new Set(this.#idleWork().map((queue) => this.#leaderOf(queue)))) if (node >= 0) void this.#send(node);
    this.#lookAtLeaderless();
  }

  #lookAtLeaderless(): void {
    const lacking = new Map<string, number[]>();
    for (const queue of this.#queues.values()) {
      if (!queue.hasWork || !this.#leaders.has(queue.topic) || this.#leaderOf(queue) >= 0) continue;
      lacking.set(queue.topic, [...(lacking.get(queue.topic) ?? []), queue.partition]);
      // Also of a queue that got its work while the topic waits for the next look.
      queue.failure = this.#unknown.has(queue.topic) ? reasonOf(this.#unknown.get(queue.topic)) : noLeader([queue.partition]);
    }
    for (const [topic, partitions] of lacking) this.#lookAgain(topic, this.#unknown.get(topic) ?? new Error(noLeader(partitions)));
    for (const [topic, { attempts, timer }] of this.#leaderless) {
      if (lacking.has(topic) || timer !== undefined) continue;
      this.#leaderless.delete(topic);
      if (attempts > 2 && this.#leaders.has(topic))
        this.options.report('info', `${topic} has its leaders again`, { failed_attempts: attempts });
    }
  }

  #lookAgain(topic: string, reason: unknown): void {
    const state = this.#leaderless.get(topic) ?? { attempts: 0, timer: undefined };
    this.#leaderless.set(topic, state);
    if (state.timer !== undefined || this.#closing.signal.aborted) return;
    const wait = this.#say(`write to ${topic}`, reason, state.attempts++);
    state.timer = setTimeout(() => {
      state.timer = undefined;
      this.#leaders.delete(topic);
      this.options.connection.leadersMoved();
      this.#assign();
    }, wait);
  }

  /** Sends to one node until its queues are empty or a request fails; then `#assign` continues. */
  async #send(node: number): Promise<void> {
    this.#senders.add(node);
    try {
      for (;;) {
        const queues = [...this.#queues.values()].filter((queue) => queue.hasWork && !queue.busy && this.#leaderOf(queue) === node);
        if (queues.length === 0 || !(await this.#request(node, queues))) return;
      }
    } finally {
      this.#senders.delete(node);
      if (this.#idleWork().length > 0) this.#assign();
    }
  }

  /** One request; false when it failed, after a pause. */
  async #request(node: number, queues: readonly PartitionQueue[]): Promise<boolean> {
    const { connection, compression } = this.options;
    const taken = new Map<PartitionQueue, Buffer>();
    let bytes = 0;
    for (const queue of queues) queue.busy = true;
    try {
      const cluster = await connection.clusterAt(node);
      for (const queue of queues) {
        if (bytes > REQUEST_BYTES) break;
        const batch = await queue.next(this.#batchBytes, compression, cluster, (spent) => this.#identify(node, cluster, spent));
        if (batch) taken.set(queue, batch);
        bytes += batch?.length ?? 0;
      }
      if (taken.size === 0) return true;
      const batches = [...taken].map(([{ topic, partition }, batch]) => ({ topic, partition, batch }));
      const failed = this.#settle(
        [...taken.keys()],
        await connection.send(node, () => ({ ...produceRequest(batches, REPLICAS_MS), cluster })),
      );
      if (failed) await this.#failed(`write to ${failed.topic}`, failed.error);
      else this.#worked();
      return failed === undefined;
    } catch (error) {
      for (const queue of queues) queue.failure = reasonOf(error);
      await this.#failed('write', error);
      return false;
    } finally {
      for (const queue of queues) queue.busy = false;
      // Pieces whose caller gave up while the request was under way.
      this.#dropSettled();
    }
  }

  /** Returns a failure after which a retry is right, if there was one. */
  #settle(queues: readonly PartitionQueue[], answers: readonly ProduceAnswer[]): { topic: string; error: Error } | undefined {
    let failed: { topic: string; error: Error } | undefined;
    for (const queue of queues) {
      const { topic, partition } = queue;
      const answer = answers.find((one) => one.partition === partition && one.topic === topic);
      if (answer?.errorCode === 0) {
        queue.acknowledged(answer.baseOffset);
        continue;
      }
      const error = answer ? brokerError(answer.errorCode, topic) : new Error('the broker did not answer for it');
      const type = typeOf(error) ?? '';
      if (TOO_LARGE.has(type) && queue.split()) continue;
      const refusal = REFUSALS.get(type);
      if (refusal !== undefined) {
        queue.refused(logProblem(refusal, { topic, reason: reasonOf(error), max: this.options.maxBatchBytes }, error));
        continue;
      }
      if (FORGOTTEN.has(type)) queue.forgotten();
      queue.failure = reasonOf(error);
      failed = { topic, error };
    }
    return failed;
  }

  async #identify(node: number, cluster: string | undefined, spent: ProducerIdentity | undefined): Promise<ProducerIdentity> {
    const present = await this.#identity;
    if (present && present !== spent && !isOtherCluster(present.cluster, cluster)) return present;
    const identity = this.options.connection.newProducerAt(node);
    this.#identity = identity.catch(() => undefined);
    return identity;
  }

  #worked(): void {
    if (this.#isReported) this.options.report('info', 'the log is written again', { failed_attempts: this.#failures });
    this.#isReported = false;
    this.#failures = 0;
  }

  async #failed(work: string, error: unknown): Promise<void> {
    this.#leaders = new Map();
    this.options.connection.leadersMoved();
    const wait = this.#say(work, error, this.#failures++);
    this.#isReported ||= this.#failures > 3;
    await pause(wait, undefined, { signal: this.#closing.signal }).catch(() => undefined);
  }

  /** Returns the pause (ms). A move of a leader causes a few failures; an outage is logged at attempts 4, 8, 16, … */
  #say(work: string, error: unknown, failures: number): number {
    const attempt = failures + 1;
    const isReported = attempt > 2 && Number.isInteger(Math.log2(attempt));
    this.options.report(isReported ? 'warn' : 'debug', kafkaFailed(work, error).message, { attempt });
    return Math.min(BACK_OFF_MS.first * 2 ** failures, BACK_OFF_MS.max);
  }
}

function noLeader(partitions: readonly number[]): string {
  return `partition ${partitions.join(', ')} has no leader now`;
}
