import {
  type DeadLetters,
  type Log,
  type LogRecord,
  type PartitionListener,
  type Position,
  type RecordBatch,
  type Subscription,
} from '#messaging';
import { Lag, type Logger, type Metrics, type Problem, toProblem } from '#platform';
import { retry } from '#waiting';
import type { Intake } from '../../intake/intake.js';
import type { INGEST_METRICS } from '../../metrics.js';
import { type ReceivedTopic, topicRecordToProtobuf } from './topic-encoding.js';

/** The group of all ingests: they share the partitions of each topic. */
const GROUP = 'betrace-ingest';
/** Maximum pause (ms) between two attempts to append. */
const MAX_PAUSE_MS = 5_000;

/** Shared by the received topics. */
export interface KafkaTopicTools {
  readonly log: Log;
  readonly intake: Intake;
  readonly deadLetters: DeadLetters;
  readonly metrics: Metrics<typeof INGEST_METRICS>;
  readonly logger: Logger;
  /** Aborted when the process stops. */
  readonly signal: AbortSignal;
}

/**
 * A topic of other producers with any partitioner: its spans get a new partition in the spans log. The position moves only when the log has them; an outage
 * of the log delays, it does not drop. Unreadable records go to the dead letters and stop nothing.
 */
export class KafkaTopic implements PartitionListener {
  /** Its position in the topic. */
  readonly lag = new Lag();
  private subscription: Subscription | undefined;

  constructor(
    private readonly topic: ReceivedTopic,
    private readonly tools: KafkaTopicTools,
  ) {}

  get name(): string {
    return this.topic.name;
  }

  async start(): Promise<void> {
    this.subscription = await this.tools.log.subscribe({ topic: this.topic.name, group: GROUP, listener: this });
  }

  async stop(): Promise<void> {
    await this.subscription?.close();
  }

  async assigned(partition: number, committed: Position | undefined, start: number): Promise<number | undefined> {
    this.lag.at(partition, committed?.offset ?? start);
    return committed?.offset;
  }

  async records({ partition, records }: RecordBatch): Promise<void> {
    const last = records.at(-1);
    if (last === undefined) return;
    await Promise.all(records.map((record) => this.take(partition, record)));
    const position = last.offset + 1;
    await this.subscription?.commit(partition, { offset: position, metadata: '' });
    this.lag.at(partition, position);
  }

  async idle(partition: number, position: number): Promise<void> {
    this.lag.at(partition, position);
  }

  async revoked(partition: number): Promise<void> {
    this.lag.forget(partition);
  }

  failed(error: Error, partition?: number): void {
    if (this.tools.signal.aborted) return;
    this.tools.logger.warn({ err: error, topic: this.topic.name, partition }, 'cannot read a received topic; retrying');
  }

  /** Resolves when the record's spans are in the log, or the record is in the dead letters; rejects only when the process stops. */
  private async take(partition: number, record: LogRecord): Promise<void> {
    const reason = await this.appendSpans(record);
    if (reason === undefined) return;
    await this.tools.deadLetters.keep({ topic: this.topic.name, partition, record, reason }, this.tools.signal);
    this.tools.metrics.deadLetters.inc({ topic: this.topic.name });
  }

  /** Logs why the record, or some of its spans, did not get into the log: there is no sender to answer. */
  private async appendSpans(record: LogRecord): Promise<string | undefined> {
    const { intake, logger, signal } = this.tools;
    const failed = (error: Error, pause: number) =>
      logger.warn({ err: error, topic: this.topic.name, retry_in_ms: pause }, 'log unavailable; retrying the append of received spans');
    try {
      const read = () => topicRecordToProtobuf(record.value, this.topic.encoding);
      const options = { signal, failed, hopeless: (error: Error) => !passes(toProblem(error)), longest: MAX_PAUSE_MS };
      const { rejections, warning } = await retry(() => intake.take('kafka', read), options);
      const reasons = rejections.map(({ spans, sentence }) => `${spans} of its spans: ${sentence}`);
      if (warning !== undefined) reasons.push(warning.sentence);
      return reasons.length === 0 ? undefined : reasons.join('; ');
    } catch (error) {
      const problem = toProblem(error);
      if (signal.aborted || passes(problem)) throw error;
      if (problem.status >= 500) logger.error({ err: error, topic: this.topic.name, offset: record.offset }, 'a record was rejected');
      return `${problem.code}: ${problem.detail}`;
    }
  }
}

/** Overload and outages pass; any other error would repeat. */
function passes({ status }: Problem): boolean {
  return status === 503 || status === 429;
}
