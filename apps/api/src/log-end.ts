import { controlOf, type Log, type LogRecord } from '#messaging';
import { decodeRequest, type TraceRequest } from '#otlp';
import { TOPICS } from '#records';

export interface OffsetRange {
  readonly from: number;
  /** The offset after the last. */
  readonly to: number;
}

/**
 * The parts of a partition, backwards from its end. The first has `first` records, each further one twice as many, because a quiet log ends with ticks. All parts
 * together have at most `records`.
 */
export function* partsFromEnd(
  { start, end }: { readonly start: number; readonly end: number },
  { first, records }: { readonly first: number; readonly records: number },
): Generator<OffsetRange> {
  const oldest = Math.max(start, end - records);
  for (let to = end, size = first; to > oldest; size *= 2) {
    const from = Math.max(oldest, to - size);
    yield { from, to };
    to = from;
  }
}

/** The span records of a part of a partition. Yields to receivers after each record and batch. */
export async function* spanRecords(log: Log, partition: number, { from, to }: OffsetRange): AsyncGenerator<LogRecord> {
  for await (const { records } of log.read(TOPICS.spans, partition, from, to)) {
    for (const record of records) {
      if (controlOf(record) !== undefined) continue;
      yield record;
      await new Promise(setImmediate);
    }
    await new Promise(setImmediate);
  }
}

/** Empty for unreadable records, which are reported elsewhere. */
export function requestOf(value: Uint8Array): TraceRequest {
  try {
    return decodeRequest(value);
  } catch {
    return { resourceSpans: [] };
  }
}
