import { MAX_RECORD_BYTES } from '../wire/limits.js';
import { ACCEPTED, SPAN_TOO_LARGE } from '../wire/rejection.js';
import { PartWriter } from './part-writer.js';
import type { RequestIndex } from './request-index.js';

/** The partition of a trace. @param offset of the 16 bytes of the trace id in the request's bytes */
export type PartitionOf = (bytes: Uint8Array, traceIdAt: number) => number;

/** A request with spans of one partition only, ready for the log. */
export interface PartitionRequest {
  readonly partition: number;
  /** ExportTraceServiceRequest; the original bytes when nothing had to be split. */
  readonly value: Uint8Array;
  readonly spans: number;
}

/**
 * Splits a scanned request by partition, without decoding spans: resource, scope and span bytes are copied, with unknown fields. Spans that the scan did not
 * keep are omitted. A part larger than `maxBytes` is divided; a span that alone exceeds it is rejected in the index (SPAN_TOO_LARGE). Spans keep their order
 * within a partition.
 */
export function split(index: RequestIndex, partitionOf: PartitionOf, maxBytes = MAX_RECORD_BYTES): PartitionRequest[] {
  const { bytes } = index;
  const placed = place(index, partitionOf);
  if (placed.partitions.length === 0) return [];
  if (placed.partitions.length === 1 && index.accepted === index.spans && bytes.length <= maxBytes) {
    return [{ partition: placed.partitions[0]!, value: bytes, spans: index.spans }];
  }
  const writer = new PartWriter(index, placed.order);
  const parts: PartitionRequest[] = [];
  for (let slot = 0; slot < placed.partitions.length; slot++) {
    const end = placed.ends[slot]!;
    let from = slot === 0 ? 0 : placed.ends[slot - 1]!;
    while (from < end) {
      const to = writer.take(from, end, maxBytes);
      if (to === from) index.judge(placed.order[from++]!, SPAN_TOO_LARGE);
      else {
        parts.push({ partition: placed.partitions[slot]!, value: writer.write(from, to), spans: to - from });
        from = to;
      }
    }
  }
  return parts;
}

/** Kept spans ordered by partition, stable: those of `partitions[s]` are `order[ends[s - 1]..ends[s])`. */
interface Placed {
  readonly partitions: readonly number[];
  readonly order: Int32Array;
  readonly ends: Int32Array;
}

function place(index: RequestIndex, partitionOf: PartitionOf): Placed {
  const { bytes, spans, outcome, traceIdAt } = index;
  const partitions: number[] = [];
  const slots = new Map<number, number>();
  const slotOf = new Int32Array(spans);
  const sizes: number[] = [];
  let slot = -1;
  let traceAt = -1;
  for (let span = 0; span < spans; span++) {
    if (outcome[span] !== ACCEPTED) continue;
    const at = traceIdAt[span]!;
    if (traceAt < 0 || !sameTrace(bytes, traceAt, at)) {
      const partition = partitionOf(bytes, at);
      const existing = slots.get(partition);
      slot = existing ?? partitions.push(partition) - 1;
      if (existing === undefined) {
        slots.set(partition, slot);
        sizes.push(0);
      }
      traceAt = at;
    }
    slotOf[span] = slot;
    sizes[slot]! += 1;
  }
  const ends = new Int32Array(partitions.length);
  let sum = 0;
  for (let s = 0; s < sizes.length; s++) {
    ends[s] = sum;
    sum += sizes[s]!;
  }
  const order = new Int32Array(sum);
  for (let span = 0; span < spans; span++) {
    if (outcome[span] !== ACCEPTED) continue;
    const s = slotOf[span]!;
    order[ends[s]!] = span;
    ends[s]! += 1;
  }
  return { partitions, order, ends };
}

function sameTrace(bytes: Uint8Array, a: number, b: number): boolean {
  for (let i = 0; i < 16; i++) if (bytes[a + i] !== bytes[b + i]) return false;
  return true;
}
