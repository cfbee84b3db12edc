import { withDeadline } from '#waiting';
import { Log, type OutgoingRecord, type Position, type RecordBatch, type SubscribeOptions, type Subscription } from '../log.js';
import { type LogReport, silent } from '../log-report.js';
import { type LogError, logProblem } from '../problems.js';
import type { TopicSpecification } from '../records/topic-specification.js';
import type { KafkaLogSettings } from '../settings.js';
import { Connection, UNKNOWN_TOPIC } from './client/connection.js';
import { kafkaFailed, typeOf } from './client/kafka-errors.js';
import { NO_MEMBER, Positions } from './group/positions.js';
import { KafkaSubscription } from './kafka-subscription.js';
import { RangeReader } from './read/range-reader.js';
import { withSyntheticKey } from './read/synthetic-key.js';
import { prepareTopics, topicMismatches } from './topics/prepare-topics.js';
import { maxMessageBytes } from './topics/topic-settings.js';
import { TopicWatch } from './topics/topic-watch.js';
import { Presence } from './write/presence.js';
import { Writer } from './write/writer.js';

const APPEND_MS = 8_000;
const CHECK_MS = 5_000;

/** The log in Apache Kafka; see docs/decisions. */
export class KafkaLog extends Log {
  readonly #topics: ReadonlyMap<string, TopicSpecification>;
  readonly #writing: Connection;
  readonly #reading: Connection;
  readonly #writer: Writer;
  readonly #presence: Presence;
  readonly #ranges: RangeReader;
  readonly #watch: TopicWatch;
  readonly #subscriptions = new Set<KafkaSubscription>();
  #closing: Promise<void> | undefined;

  private constructor(
    readonly settings: KafkaLogSettings,
    readonly counts: Readonly<Record<string, number>>,
    readonly report: LogReport,
  ) {
    super();
    this.#topics = new Map(settings.topics.map((topic) => [topic.name, topic]));
    this.#writing = new Connection(settings, report);
    this.#reading = new Connection(settings, report);
    this.#ranges = new RangeReader(this.#reading);
    this.#watch = new TopicWatch(() => topicMismatches(this.#reading, settings), report);
    // One of the threads of a process checks.
    if (settings.verified === undefined) this.#watch.start();
    const topicsWithPauses = settings.topics
      .filter(({ pauses }) => pauses === true)
      .map(({ name }) => ({ name, partitions: counts[name] ?? 0 }));
    this.#presence = new Presence(topicsWithPauses, (topic, records) => this.#writer.append(topic, records));
    this.#writer = new Writer({
      connection: this.#writing,
      compression: settings.compression ?? 'none',
      maxBatchBytes: maxMessageBytes(settings),
      appendTimeout: settings.appendTimeout ?? APPEND_MS,
      report,
    });
  }

  /** Creates missing topics and verifies the others; rejects a LogError that says what to change. */
  static async open(settings: KafkaLogSettings, report: LogReport = silent): Promise<KafkaLog> {
    return new KafkaLog(settings, settings.verified ?? (await prepareTopics(settings, report)), report);
  }

  partitions(topic: string): number {
    const partitions = this.counts[topic];
    if (partitions === undefined) throw logProblem('BT_LOG_UNKNOWN_TOPIC', { topic, topics: [...this.#topics.keys()].join(', ') });
    return partitions;
  }

  async append(topic: string, records: readonly OutgoingRecord[]): Promise<readonly number[]> {
    if (this.#closing) throw logProblem('BT_LOG_CLOSED');
    for (const { partition } of records) this.#checkPartition(topic, partition);
    if (records.length === 0) return [];
    const keyed = this.#topics.get(topic)?.compacted ? records.map(withSyntheticKey) : records;
    return this.#presence.appendPresent(topic, keyed);
  }

  /** Also for topics of other producers. */
  async subscribe(options: SubscribeOptions): Promise<Subscription> {
    if (this.#closing) throw logProblem('BT_LOG_CLOSED');
    for (const partition of options.partitions ?? []) this.#checkPartition(options.topic, partition);
    const subscription = new KafkaSubscription(this.settings, options, this.report, (closed) => this.#subscriptions.delete(closed));
    this.#subscriptions.add(subscription);
    return subscription;
  }

  read(topic: string, partition: number, from: number, to?: number): AsyncIterable<RecordBatch> {
    this.#checkReadable(topic, partition);
    return this.#ranges.read(topic, partition, from, to);
  }

  async committed(topic: string, group: string, partition: number): Promise<Position | undefined> {
    this.#checkReadable(topic, partition);
    try {
      const found = await new Positions(this.#reading, topic, group, () => NO_MEMBER).committed(partition);
      return found && { offset: found.offset, metadata: found.metadata };
    } catch (error) {
      throw kafkaFailed(`tell the position of ${group} in ${topic}`, error);
    }
  }

  async offsetAt(topic: string, partition: number, timestamp: number): Promise<number> {
    this.#checkReadable(topic, partition);
    return this.#ranges.offsetAt(topic, partition, timestamp);
  }

  ends(topic: string): Promise<ReadonlyMap<number, number>> {
    return this.#ranges.ends(topic);
  }

  async bounds(topic: string, partition: number): Promise<{ readonly start: number; readonly end: number }> {
    this.#checkReadable(topic, partition);
    return this.#ranges.bounds(topic, partition);
  }

  now(): number {
    return Date.now();
  }

  /** There may be other receivers: each shows its own presence. */
  receiving(open: boolean): void {
    if (open && !this.#closing) this.#presence.start();
    else this.#presence.stop();
  }

  async check(topics: readonly string[] = [...this.#topics.keys()]): Promise<void> {
    if (this.#closing) throw logProblem('BT_LOG_CLOSED');
    try {
      await withDeadline(this.#checkLeaders(topics), CHECK_MS, () => new Error(`no broker answered within ${CHECK_MS} ms`));
    } catch (error) {
      throw kafkaFailed('be reached', error);
    }
  }

  override get shared(): boolean {
    return true;
  }

  override mismatches(): readonly LogError[] {
    return this.#watch.mismatches;
  }

  forThreads(): KafkaLogSettings {
    return { ...this.settings, verified: this.counts };
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#presence.stop();
    this.#watch.stop();
    await Promise.all([...this.#subscriptions].map((subscription) => subscription.close()));
    await this.#writer.close();
    this.#writing.close();
    this.#reading.close();
  }

  async #checkLeaders(topics: readonly string[]): Promise<void> {
    for (const topic of topics) {
      const leaders = await this.#reading.leaders(topic, true).catch((error: unknown) => {
        throw typeOf(error) === UNKNOWN_TOPIC ? new Error(`topic ${topic} does not exist; the next start of ingest makes it`) : error;
      });
      const leaderless = [...leaders].filter(([, leader]) => leader < 0).map(([partition]) => partition);
      if (leaderless.length > 0)
        throw new Error(`partition ${leaderless.toSorted((a, b) => a - b).join(', ')} of ${topic} has no leader now`);
    }
  }

  /** Also for a partition added to the topic while it is used: nothing is written to it here, but records of others are read. */
  #checkReadable(topic: string, partition: number): void {
    this.#checkPartition(topic, Math.min(partition, this.partitions(topic) - 1));
  }

  #checkPartition(topic: string, partition: number): void {
    const partitions = this.partitions(topic);
    if (!(partition >= 0 && partition < partitions)) throw logProblem('BT_LOG_UNKNOWN_PARTITION', { topic, partition, partitions });
  }
}
