import { type Log, partitionOfKey } from '#messaging';
import { bytesOfHex, isTraceId, traceIdOfText } from '#otlp';
import { TOPICS } from '#records';
import { ApiError } from '../../api-error.js';
import { type OffsetRange, partsFromEnd, spanRecords } from '../../log-end.js';
import { SharedAnswer } from '../../shared-answer.js';
import { CollectedTraces, type RecentTrace } from './collected-traces.js';
import type { TracePlace, TraceTimes } from './trace-reader.js';

/** Limits of a list: spans and bytes over all partitions, and records of each. */
const SPANS = 5_000;
const BYTES = 8 * 1024 * 1024;
const RECORDS = 100_000;
/** Limits of a search for one trace in its partition. */
const BYTES_OF_ONE = 64 * 1024 * 1024;
const RECORDS_OF_ONE = 200_000;
/** Records of the first read of a partition, from the end: for a list, and for one trace. Few, because records may be large. */
const FIRST = 20;
const FIRST_OF_ONE = 200;
/** How long (ms) a list is reused. */
const CACHE_MS = 2_000;
/** Maximum of waiting searches for one trace. */
const WAITING = 8;

/** For how long spans are judged together (`traces.*`), in milliseconds. */
export interface ClosingTimes extends TraceTimes {
  readonly rootGrace: number;
}

export interface RecentTraceList {
  /** Newest first. */
  readonly traces: readonly RecentTrace[];
  /** Spans that were read. */
  readonly spans: number;
}

/** The place of a trace's spans. */
interface FoundPlace extends Omit<TracePlace, 'trace_id'> {
  /** Whether the log certainly had no earlier ones. */
  readonly whole: boolean;
}

/**
 * Traces at the end of the spans log, with or without violations. They are read on request, so that ingest does no work for them, and every process with the log
 * can answer.
 */
export class RecentTraces {
  private readonly shared: SharedAnswer<RecentTraceList>;
  private turn: Promise<unknown> = Promise.resolve();
  private waiting = 0;

  constructor(
    private readonly log: Log,
    private readonly times: ClosingTimes,
    private readonly clock: { now(): number; monotonic(): number },
  ) {
    this.shared = new SharedAnswer(
      () => this.inTurn(() => this.read()),
      CACHE_MS,
      () => clock.monotonic(),
    );
  }

  /** Closed traces. Rejects the log's error. Calls within two seconds share one list. */
  list(): Promise<RecentTraceList> {
    return this.shared.get();
  }

  /**
   * The place of a trace's spans, by its id as sent or as 32 hex digits. Undefined: not near the end of its partition. Rejects BT_API_TRACES_BUSY, and the
   * log's error.
   */
  async place(traceId: string): Promise<FoundPlace | undefined> {
    if (this.waiting >= WAITING) throw new ApiError('BT_API_TRACES_BUSY', { waiting: this.waiting });
    this.waiting++;
    try {
      const wireId = isTraceId(traceId) ? traceId.toLowerCase() : traceIdOfText(traceId);
      return await this.inTurn(() => this.find(wireId));
    } finally {
      this.waiting--;
    }
  }

  /** One read at a time, so that receivers share the process with only one. */
  private inTurn<T>(read: () => Promise<T>): Promise<T> {
    const result = this.turn.then(read);
    this.turn = result.catch(() => undefined);
    return result;
  }

  private async read(): Promise<RecentTraceList> {
    const partitions = this.log.partitions(TOPICS.spans);
    const traces: RecentTrace[] = [];
    let spans = 0;
    for (let partition = 0; partition < partitions; partition++) {
      // Spans that another partitioner misplaced are judged in another partition, and not found by their id.
      const collected = new CollectedTraces((wireId) => partitionOfKey(wireId, partitions) === partition);
      // Each partition has its share, so that the first ones do not use up the limit.
      let left = Math.ceil(SPANS / partitions);
      let bytes = BYTES / partitions;
      for (const part of partsFromEnd(await this.log.bounds(TOPICS.spans, partition), { first: FIRST, records: RECORDS })) {
        for (const { value, timestamp } of (await this.lastOf(partition, part, bytes)).reverse()) {
          if (left <= 0) break;
          const taken = collected.add(value, timestamp);
          left -= taken;
          spans += taken;
          bytes -= value.length;
          await new Promise(setImmediate);
        }
        if (left <= 0 || bytes <= 0) break;
      }
      traces.push(...collected.closed(this.times, this.clock.now()));
    }
    return { traces: traces.sort((a, b) => b.receivedAt - a.receivedAt), spans };
  }

  /** The last records of a part of a partition: at least one, and as many as fit into this many bytes. */
  private async lastOf(partition: number, part: OffsetRange, bytes: number) {
    const records: { readonly value: Uint8Array; readonly timestamp: number }[] = [];
    let size = 0;
    for await (const { value, timestamp } of spanRecords(this.log, partition, part)) {
      records.push({ value, timestamp });
      size += value.length;
      while (records.length > 1 && size > bytes) size -= records.shift()!.value.length;
    }
    return records;
  }

  private async find(wireId: string): Promise<FoundPlace | undefined> {
    const idBytes = Buffer.from(bytesOfHex(wireId)!);
    const partition = partitionOfKey(wireId, this.log.partitions(TOPICS.spans));
    const bounds = await this.log.bounds(TOPICS.spans, partition);
    let found: { readonly first: number; readonly last: number; readonly since: number } | undefined;
    let reached = bounds.end;
    let isAlone = false;
    let bytes = BYTES_OF_ONE;
    for (const part of partsFromEnd(bounds, { first: FIRST_OF_ONE, records: RECORDS_OF_ONE })) {
      const seen = await this.lookFor(idBytes, partition, part);
      bytes -= seen.bytes;
      reached = part.from;
      if (seen.found !== undefined) found = { ...seen.found, last: found?.last ?? seen.found.last };
      // Spans before a longer gap are judged separately.
      const gap = found === undefined || seen.since === undefined ? 0 : found.since - seen.since;
      isAlone = gap > this.times.idleTimeout + this.times.lateWindow;
      if (isAlone || bytes <= 0) break;
    }
    if (found === undefined) return undefined;
    const log = { partition, first_offset: found.first, last_offset: found.last };
    return { wire_trace_id: wireId, log, whole: isAlone || reached === 0 };
  }

  /** The first and the last record of a part that contain these bytes, perhaps as something else (a link): the reader of the records decides. */
  private async lookFor(idBytes: Buffer, partition: number, { from, to }: OffsetRange) {
    let found: { readonly first: number; readonly last: number; readonly since: number } | undefined;
    let since: number | undefined;
    let bytes = 0;
    for await (const { records } of this.log.read(TOPICS.spans, partition, from, to)) {
      for (const { value, offset, timestamp } of records) {
        since ??= timestamp;
        bytes += value.length;
        if (!Buffer.from(value.buffer, value.byteOffset, value.length).includes(idBytes)) continue;
        found = { ...(found ?? { first: offset, since: timestamp }), last: offset };
      }
      // Yields to receivers.
      await new Promise(setImmediate);
    }
    return { found, since, bytes };
  }
}
