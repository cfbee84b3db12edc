import {
  type DeadLetter,
  DeadLetters,
  LatestLatencies,
  type Log,
  type LogError,
  type LogRecord,
  type PartitionListener,
  type Position,
  type RecordBatch,
  type Subscription,
} from '#messaging';
import { Behind, type KeptViolations, Lag, type Logger, type Metrics } from '#platform';
import { CONTROL_HEADER, TOPICS } from '#records';
import { type KeptBatch, type Store, type StoredViolation, StoreError } from '#store';
import { GATHER_MS } from '../delivery/gather.js';
import { PositionFollower } from '../delivery/position-follower.js';
import { readViolation } from '../delivery/read-violation.js';
import { readerPosition } from '../delivery/reader-position.js';
import { textOf } from '../delivery/text-of.js';
import { Together } from '../delivery/together.js';
import type { API_METRICS } from '../metrics.js';
import { RefusalPublisher } from './refusal-publisher.js';
import { storedViolation } from './stored-violation.js';
import type { ViolationLogger } from './violation-logger.js';

/** The reader whose position in the store says how far violations are stored. */
export const KEEP_READER = 'keep';

/** Approximate violations per transaction: it locks the other replicas out. */
const BATCH_SIZE = 1_000;

/** Milliseconds between two checks of an idle partition for a database that was set back. */
const CHECK_INTERVAL_MS = 2_000;

/** How long (ms) a refused violation waits for the dead letter topic before readiness reports it. */
const REPORT_AFTER_MS = 3_000;

/** A record of the log, and its row. */
interface KeptRecord {
  readonly record: LogRecord;
  readonly violation: StoredViolation;
}

/**
 * Violations log → store, for all partitions. The position is in the store and moves in the transaction that stores the violations, so each is stored once,
 * whatever crashes. The log's own position follows, for retention and lag. While the store is unavailable, the subscription repeats the batch. A record whose
 * content the store refuses goes to the dead letters, and the others continue.
 */
export class ViolationKeeper implements PartitionListener {
  /** The current offsets in the log. */
  readonly lag = new Lag();
  /** Counts since the start. */
  private readonly did = { kept: 0, refused: 0, unreadable: 0 };
  /** The time from a certain verdict, by log time, to its storage. */
  private readonly latencies = new LatestLatencies();
  private readonly positions = new PositionFollower();
  /** When (ms, monotonic) the database's position was last checked, by partition. */
  private readonly lookedBack = new Map<number, number>();
  private readonly together: Together<KeptBatch>;
  private readonly deadLetters: DeadLetters;
  private readonly refusals: RefusalPublisher;
  private readonly stopping = new AbortController();
  private subscription: Subscription | undefined;
  /** Why violations are not stored now, by partition; key undefined: the log cannot be read. */
  private readonly failures = new Map<number | undefined, Error>();
  /** Offsets that the log deleted before they were stored. Reported to operators until the next start. */
  private lacking: LogError | undefined;

  constructor(
    private readonly log: Log,
    private readonly store: Store,
    private readonly metrics: Metrics<typeof API_METRICS>,
    private readonly logger: Logger,
    private readonly violationLogger?: ViolationLogger,
  ) {
    this.together = new Together((batches) => store.keep(...batches), true, {
      size: ({ violations }) => violations.length,
      max: BATCH_SIZE,
    });
    this.refusals = new RefusalPublisher(log, (error) =>
      logger.warn({ err: error }, 'cannot add refused violations to the status of their rule'),
    );
    this.deadLetters = new DeadLetters(log, (error) => logger.warn({ err: error }, 'log unavailable; refused violations wait'));
  }

  async start(): Promise<void> {
    this.subscription = await this.log.subscribe({
      topic: TOPICS.violations,
      group: 'betrace-keep',
      gather: GATHER_MS.keep,
      listener: this,
    });
  }

  async stop(): Promise<void> {
    this.stopping.abort(new Error('keeping violations stops'));
    await this.subscription?.close();
    this.violationLogger?.close();
  }

  /** A request waits until the log's violations are in the store. */
  hurry(): void {
    this.subscription?.hurry();
  }

  /** For readiness: undefined, or what was lost. Rejects the store's error when it does not accept violations, and Behind when the log cannot be read. */
  async check(): Promise<string | undefined> {
    const [error] = this.failures.values();
    if (error === undefined) return this.lacking?.message;
    if (error instanceof StoreError) throw error;
    throw new Behind(`violations are not kept: ${error.message}`, { cause: error });
  }

  /** Without `waitingRecords` when the log does not answer where it ends. */
  async account(): Promise<KeptViolations> {
    const ends = await this.log.ends(TOPICS.violations).catch(() => undefined);
    const waitingRecords = ends && [...this.lag.behind(ends).values()].reduce((sum, records) => sum + records, 0);
    return { ...this.did, waitingRecords, latencies: this.latencies.seconds };
  }

  async assigned(partition: number, committed: Position | undefined, start: number): Promise<number> {
    this.lag.at(partition, committed?.offset ?? start);
    const position = await readerPosition(this.log, this.store, KEEP_READER, partition, committed, (to) =>
      this.store.keep({ reader: KEEP_READER, partition, position: to, violations: [] }),
    );
    this.lag.at(partition, position);
    return position;
  }

  async records({ partition, records }: RecordBatch): Promise<void> {
    const [first] = records;
    const last = records.at(-1);
    if (first === undefined || last === undefined) return;
    const position = last.offset + 1;
    const violations = this.violationsOf(partition, records);
    try {
      await this.keep(partition, first.offset, position, violations);
    } catch (error) {
      if (!isBehind(error)) throw error;
      await this.catchUp(partition, first.offset);
      await this.keep(partition, first.offset, position, violations);
    }
    this.lag.at(partition, position);
    await this.positions.follow(this.subscription, partition, position);
    this.failures.delete(partition);
  }

  private violationsOf(partition: number, records: readonly LogRecord[]): readonly KeptRecord[] {
    return records.flatMap((record): KeptRecord[] => {
      if (record.headers?.[CONTROL_HEADER] !== undefined) return [];
      try {
        const text = textOf(record);
        return [{ record, violation: storedViolation(readViolation(record, text), text) }];
      } catch (error) {
        this.metrics.violationsUnreadable.inc({ reader: KEEP_READER });
        this.did.unreadable++;
        this.logger.warn({ err: error, partition, offset: record.offset }, 'skipped a record of the violations log: not a violation');
        return [];
      }
    });
  }

  /**
   * The database was restored from a backup while this process runs, and lacks later violations: they are read from the log again. A partition that was only
   * stored together with another one is not affected.
   */
  private async catchUp(partition: number, to: number): Promise<void> {
    const position = await this.store.position(KEEP_READER, partition);
    if (position >= to) return;
    const { start } = await this.log.bounds(TOPICS.violations, partition);
    if (start < to) this.logger.error({ partition }, goneBack(Math.max(start, position), to));
    for await (const { records } of this.log.read(TOPICS.violations, partition, position, to)) {
      await this.keep(partition, undefined, (records.at(-1)?.offset ?? -1) + 1, this.violationsOf(partition, records));
    }
    await this.store.keep({ reader: KEEP_READER, partition, position: to, violations: [] });
  }

  private async keep(partition: number, from: number | undefined, position: number, records: readonly KeptRecord[]): Promise<void> {
    const violations = records.map(({ violation }) => violation);
    try {
      await this.together.add({ reader: KEEP_READER, partition, ...(from === undefined ? {} : { from }), position, violations });
      this.noteKept(violations);
    } catch (error) {
      // A refused record, of this partition or of one stored together with it.
      if (!isRefused(error)) throw error;
      await this.keepOneByOne(partition, position, records);
    }
  }

  private noteKept(violations: readonly StoredViolation[]): void {
    this.metrics.violationsKept.inc(violations.length);
    this.violationLogger?.log(violations);
    this.did.kept += violations.length;
    const now = this.log.now();
    for (const { timestampMs } of violations) this.latencies.note(now - timestampMs);
  }

  /** Stores each record alone, in order, with the position after it; refused ones become dead letters first. */
  private async keepOneByOne(partition: number, position: number, records: readonly KeptRecord[]): Promise<void> {
    for (const { record, violation } of records) {
      const stored = { reader: KEEP_READER, partition, position: record.offset + 1 };
      try {
        await this.store.keep({ ...stored, violations: [violation] });
        this.noteKept([violation]);
      } catch (error) {
        if (!isRefused(error)) throw error;
        const letter = { topic: TOPICS.violations, partition, record, reason: error.message, rule: violation.ruleId };
        await this.appendDeadLetter(letter);
        await this.store.keep({ ...stored, violations: [] });
        this.metrics.keepRefused.inc({ rule_id: violation.ruleId });
        this.did.refused++;
        void this.refusals.note(readViolation(record), partition, error.message);
        this.logger.error(
          { err: error, partition, offset: record.offset },
          'the store refused a violation permanently; moved to the dead letter topic',
        );
      }
    }
    await this.store.keep({ reader: KEEP_READER, partition, position, violations: [] });
  }

  /** Waits until the log accepts the dead letter, and reports the delay. */
  private async appendDeadLetter(letter: DeadLetter): Promise<void> {
    const reason = `the store refuses one, and ${TOPICS.deadLetters} cannot be written`;
    const timer = setTimeout(() => this.failed(new Error(reason), letter.partition), REPORT_AFTER_MS);
    try {
      await this.deadLetters.keep(letter, this.stopping.signal);
    } finally {
      clearTimeout(timer);
    }
  }

  async idle(partition: number, position: number): Promise<void> {
    await this.lookBack(partition, position);
    this.lag.at(partition, position);
    await this.positions.idle(this.subscription, partition, position);
    this.failures.delete(partition);
  }

  /** Checks idle partitions too, where no write would find it out. */
  private async lookBack(partition: number, position: number): Promise<void> {
    const now = performance.now();
    if (now - (this.lookedBack.get(partition) ?? Number.NEGATIVE_INFINITY) < CHECK_INTERVAL_MS) return;
    this.lookedBack.set(partition, now);
    const storedPosition = await this.store.position(KEEP_READER, partition);
    if (storedPosition < position) await this.catchUp(partition, position);
  }

  async revoked(partition: number): Promise<void> {
    await this.positions.leave(this.subscription, partition, this.lag.position(partition));
    this.lag.forget(partition);
    this.lookedBack.delete(partition);
    this.failures.delete(partition);
  }

  recovered(): void {
    this.failures.delete(undefined);
  }

  missing(error: LogError, partition: number): void {
    this.metrics.violationsMissing.inc({ reader: KEEP_READER }, Number(error.values['to']) - Number(error.values['from']) + 1);
    this.lacking ??= error;
    this.logger.error({ err: error, partition }, 'violations were deleted from the log before they were stored');
  }

  failed(error: Error, partition?: number): void {
    this.metrics.keepFailures.inc();
    this.failures.set(partition, error);
    this.logger.error({ err: error, partition }, 'cannot store violations; retrying');
  }
}

/** Errors of the content, which no retry resolves. All others are transient. */
function isRefused(error: unknown): error is StoreError {
  return error instanceof StoreError && error.code === 'BT_STORE_REFUSED';
}

function goneBack(from: number, to: number): string {
  return `the database has gone back (was a backup restored while this runs?): the records of the log from offset ${from} to ${to} are stored again`;
}

/** The database was restored from an older backup. */
function isBehind(error: unknown): error is StoreError {
  return error instanceof StoreError && error.code === 'BT_STORE_POSITION_BEHIND';
}
