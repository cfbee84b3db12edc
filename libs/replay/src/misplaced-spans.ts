import { type LogRecord, partitionOf } from '#messaging';
import { type PartitionRequest, RequestIndex, scan, split } from '#otlp';

/** The header of a record with moved spans: `<partition>:<offset>` of the record that had them. */
export const MOVED_HEADER = 'betrace-moved';

/** A record of the spans log with spans of other partitions, split. */
export interface Misplaced {
  /** The spans of the partition, as a separate request; undefined when there are none. */
  readonly own: Uint8Array | undefined;
  /** One request per other partition. */
  readonly others: readonly PartitionRequest[];
  /** Spans in `others`. */
  readonly spans: number;
  /** Spans in neither part, because their ids are wrong, by reason. */
  readonly rejections: readonly { readonly reason: string; readonly spans: number }[];
}

/** Shared by all partitions of a thread: its use is synchronous. */
const index = new RequestIndex();

/**
 * Whether a producer with another partitioner wrote the record: then some of its traces belong to other partitions. Undefined for all other records: correct
 * ones, unreadable ones and moved ones. Otherwise two evaluators that disagree on the number of partitions would move spans endlessly. The answer depends on the
 * record alone, so every replay sees the same.
 */
export function misplacedSpans({ value, headers }: LogRecord, partition: number, partitions: number): Misplaced | undefined {
  if (headers?.[MOVED_HEADER] !== undefined) return undefined;
  try {
    scan(value, index, 'ids');
  } catch {
    return undefined;
  }
  // Nearly all records: recognised without splitting them.
  if (index.accepted === index.spans && allIn(partition, partitions)) return undefined;
  // One request per partition of any size: a part is no larger than the whole, which was in the log.
  const parts = split(index, (bytes, traceIdAt) => partitionOf(bytes, partitions, traceIdAt), Number.MAX_SAFE_INTEGER);
  const others = parts.filter((part) => part.partition !== partition);
  if (others.length === 0) return undefined;
  return {
    own: parts.find((part) => part.partition === partition)?.value,
    others,
    spans: others.reduce((sum, { spans }) => sum + spans, 0),
    rejections: [...index.rejections(), ...(index.own === 0 ? [] : [{ reason: 'own_span', spans: index.own }])],
  };
}

/** Whether all spans of the index belong to traces of the partition. */
function allIn(partition: number, partitions: number): boolean {
  const { bytes, spans, traceIdAt } = index;
  for (let span = 0; span < spans; span++) if (partitionOf(bytes, partitions, traceIdAt[span]) !== partition) return false;
  return true;
}
