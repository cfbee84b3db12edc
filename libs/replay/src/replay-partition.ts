import { type Accounting, type AssemblySettings, contextStart, type EpochRules, PartitionEngine, RuleClock, type Verdict } from '#engine';
import { controlOf } from '#messaging';
import { TOPICS } from '#records';
import { engineRecord } from './engine-record.js';
import { IngestTime } from './ingest-time.js';
import { misplacedSpans } from './misplaced-spans.js';
import type { ReplayedLog } from './replayed-log.js';
import { pauseAt, type SpansRange } from './spans-range.js';

export interface ReplayOptions {
  readonly log: ReplayedLog;
  readonly settings: AssemblySettings;
  /** In force for the whole replay: markers of the log change nothing. */
  readonly rules: EpochRules;
  /** The work of the rules, over all partitions. */
  readonly accounting: Accounting;
  /** Producers other than our ingest may have written to the log (Kafka). */
  readonly foreignProducers: boolean;
  readonly monotonic: () => number;
}

/** The results of a replay, in the order in which they are found. */
export interface ReplayEvents {
  /** A verdict about a trace of the range. */
  verdict(verdict: Verdict): void;
  /** A trace of the range closed; its first span is at this offset. */
  closed(firstOffset: number): void;
  /** A record is about to be applied (log time, Unix ms), in order; from the context before the range on. */
  reached(offset: number, time: number): void;
  /** Everything that began before this offset is final. */
  final(before: number): void;
  /** This many records were applied since the last call. Rejects to end the replay; resolves to continue. */
  applied(records: number): Promise<void>;
  /** A defect of BeTrace: this part of the record was not judged. */
  defect(offset: number, error: unknown): void;
}

/** The limits of a partition's replay. */
export interface ReplayLimits {
  /** Traces of the range that are open at the end of the log: they have no final verdict. */
  readonly open: number;
  /** Traces that were open when the range began: they are left out. */
  readonly before: number;
  /** Records that were deleted during the replay. */
  readonly deleted: number;
}

/** Maximum of records between two calls of `applied`. */
const STRIDE = 64;

/**
 * Judges the traces of a range by the engine that judges production, fed in the same way. It finds what an evaluator would have found with these rules in
 * force. It begins before the range, to know earlier traces and repeated spans. It reads beyond the range until no trace of it can change any more, or the
 * log ends.
 */
export async function replayPartition(range: SpansRange, options: ReplayOptions, events: ReplayEvents): Promise<ReplayLimits> {
  if (range.time === undefined) return { open: 0, before: 0, deleted: 0 };
  const replay = await Replay.begin(range, await contextOffset(range, range.time, options), options, events);
  return replay.run();
}

/**
 * The offset at which the context before a range begins. A pause of the log does not count as time of a trace: where one is in the context, traces and spans are
 * known for longer, and the context begins earlier.
 */
async function contextOffset({ partition, judgeFrom, start }: SpansRange, time: number, { log, settings, monotonic }: ReplayOptions) {
  for (let paused = 0; ; ) {
    const found = await log.offsetAt(TOPICS.spans, partition, contextStart(settings, time) - paused);
    const offset = Math.min(judgeFrom, Math.max(start, found));
    const pauses = await pausesBetween(log, partition, offset, judgeFrom, monotonic);
    if (pauses <= paused || offset === start) return offset;
    paused = pauses;
  }
}

/** Milliseconds of the pauses in the records from one offset up to another, included. */
async function pausesBetween(log: ReplayedLog, partition: number, from: number, to: number, monotonic: () => number): Promise<number> {
  const time = await IngestTime.before(log, partition, from, monotonic);
  let paused = 0;
  for await (const { records } of log.read(TOPICS.spans, partition, from, to + 1)) {
    for (const record of records) paused += pauseAt(record, time);
  }
  return paused;
}

class Replay {
  private readonly engine: PartitionEngine;
  private next: number;
  private deleted = 0;
  private unTold = 0;
  private readonly sink = (verdict: Verdict): void => {
    if (this.isOfRange(verdict.firstOffset)) this.events.verdict(verdict);
  };

  private constructor(
    private readonly range: SpansRange,
    startsAt: number,
    private readonly time: IngestTime,
    private readonly options: ReplayOptions,
    private readonly events: ReplayEvents,
  ) {
    const { settings, rules, accounting, monotonic } = options;
    this.next = startsAt;
    this.engine = new PartitionEngine({
      partition: range.partition,
      settings,
      ruleSetOf: () => rules,
      initialEpoch: rules.epoch,
      judgeFrom: range.judgeFrom,
      // Traces may have begun in records that are deleted.
      ...(startsAt === range.start && startsAt > 0 ? { lacksBefore: Number.POSITIVE_INFINITY } : {}),
      accounting,
      clock: new RuleClock(monotonic),
      closed: (firstOffset) => {
        if (this.isOfRange(firstOffset)) events.closed(firstOffset);
      },
      defect: ({ offset }, error) => events.defect(offset, error),
    });
  }

  static async begin(range: SpansRange, startsAt: number, options: ReplayOptions, events: ReplayEvents): Promise<Replay> {
    const time = await IngestTime.before(options.log, range.partition, startsAt, options.monotonic);
    return new Replay(range, startsAt, time, options, events);
  }

  async run(): Promise<ReplayLimits> {
    const { judgeFrom, until, end } = this.range;
    await this.read(judgeFrom, () => false);
    const before = this.engine.openBefore(judgeFrom);
    await this.read(until, () => false);
    await this.read(end, () => this.engine.lowWatermark() >= until);
    const open = this.engine.openBefore(until) - this.engine.openBefore(judgeFrom);
    this.events.final(Number.POSITIVE_INFINITY);
    await this.report();
    return { open, before, deleted: this.deleted };
  }

  private async read(to: number, isDone: () => boolean): Promise<void> {
    const { log } = this.options;
    const { partition } = this.range;
    if (this.next >= to || isDone()) return;
    for await (const { records } of log.read(TOPICS.spans, partition, this.next, to)) {
      for (const record of records) {
        this.apply(record);
        if (++this.unTold >= STRIDE) await this.report();
      }
      this.events.final(this.engine.lowWatermark());
      if (isDone()) return;
    }
    this.next = Math.max(this.next, to);
  }

  private async report(): Promise<void> {
    const records = this.unTold;
    this.unTold = 0;
    await this.events.applied(records);
  }

  private apply(record: Parameters<typeof controlOf>[0]): void {
    const { foreignProducers, log } = this.options;
    const { partition } = this.range;
    const control = controlOf(record);
    const at = this.time.take(record, control);
    this.events.reached(record.offset, at.timestamp);
    const misplaced =
      control === undefined && foreignProducers ? misplacedSpans(record, partition, log.partitions(TOPICS.spans)) : undefined;
    this.noteDeleted(record.offset);
    this.engine.apply(engineRecord(record, control, at, misplaced), this.sink);
    this.next = record.offset + 1;
  }

  /** If records are missing in the embedded log, retention or another program deleted them. (In Kafka offsets have other gaps.) */
  private noteDeleted(offset: number): void {
    if (offset === this.next || this.options.log.shared) return;
    this.deleted += offset - this.next;
    this.engine.interrupt();
  }

  private isOfRange(firstOffset: number): boolean {
    return firstOffset >= this.range.judgeFrom && firstOffset < this.range.until;
  }
}
