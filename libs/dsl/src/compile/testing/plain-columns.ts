import type { Reads } from '../../reads.js';
import type { SpanView } from '../../span-view.js';
import { KINDS, STATUSES } from '../../vocabulary.js';
import type { ConditionColumns } from '../compiled.js';

/** Columns that hold the given spans, as `otlp` fills them. Built once for all spans, so that batches are ranges of it. */
export function columnsOf(spans: readonly SpanView[], reads: Reads): ConditionColumns {
  const numbers = (words: readonly string[], of: (span: SpanView) => string) =>
    Uint8Array.from(spans, (span) => Math.max(0, words.indexOf(of(span))));
  const at = (i: number): SpanView => spans[i] as SpanView;
  return {
    name: spans.map((span) => span.name),
    service: spans.map((span) => span.service),
    statusMessage: spans.map((span) => span.statusMessage),
    scopeName: spans.map((span) => span.scope.name),
    scopeVersion: spans.map((span) => span.scope.version),
    kind: numbers(KINDS, (span) => span.kind),
    status: numbers(STATUSES, (span) => span.status),
    isRoot: Uint8Array.from(spans, (span) => Number(span.isRoot)),
    duration: Float64Array.from(spans, (span) => (typeof span.duration === 'bigint' ? Number.NaN : span.duration)),
    exactDuration: (i) => BigInt(at(i).duration),
    startTime: BigUint64Array.from(spans, (span) => BigInt(span.startTime)),
    endTime: BigUint64Array.from(spans, (span) => BigInt(span.endTime)),
    traceId: (i) => at(i).traceId,
    spanId: (i) => at(i).id,
    parentId: (i) => at(i).parentId,
    attribute: reads.attributes.map((key) => spans.map((span) => span.attribute(key))),
    resourceAttribute: reads.resourceAttributes.map((key) => spans.map((span) => span.resourceAttribute(key))),
  };
}
