import { encodeRequest, HIGH, LOW, type SpanColumns } from '#otlp';
import type { Row, SpanIndex } from '../index-types.js';
import type { Epoch } from '../rules/epoch.js';

/** Approximate heap bytes of a span in addition to its content. */
const SPAN_BYTES = 300;

/** A span that was exported before it ended, alone in an OTLP request. */
export interface SpanInProgress {
  readonly value: Uint8Array;
  readonly attributes: number;
  /** The record that brought the span, and the epoch in force then. */
  readonly offset: number;
  readonly epoch: Epoch;
}

/** The outcome of offering a span in progress. */
export type Offered = 'new' | 'known' | 'other form';

/** The span has a start and no end time: its sender exports it again when it has ended. */
export function isInProgress(columns: SpanColumns, i: SpanIndex): boolean {
  const { startWords, endWords } = columns;
  if ((endWords[2 * i + LOW]! | endWords[2 * i + HIGH]!) !== 0) return false;
  return (startWords[2 * i + LOW]! | startWords[2 * i + HIGH]!) !== 0;
}

/**
 * The spans of remembered traces that are still in progress, by row. They wait for their final forms, which replace them in any order of arrival. Those
 * without one are judged when their trace is forgotten. Of several forms in progress the one with the most attributes waits, then the largest one. So the
 * order of arrival does not matter.
 */
export class SpansInProgress {
  private readonly byRow = new Map<Row, Map<string, SpanInProgress>>();
  /** Approximate bytes in use. */
  bytes = 0;

  /** Keeps span `i` of the epoch's record. Calls `released` for an epoch that is no longer needed. */
  offer(row: Row, epoch: Epoch, i: SpanIndex, offset: number, released: (epoch: Epoch) => void): Offered {
    const key = keyOf(epoch.columns, i);
    let spans = this.byRow.get(row);
    if (spans === undefined) this.byRow.set(row, (spans = new Map()));
    const existing = spans.get(key);
    const { span, resource, scope } = epoch.columns.wholeSpan(i);
    const scopeSpans = [{ scope, spans: [span], schemaUrl: '' }];
    const value = encodeRequest({ resourceSpans: [{ resource, scopeSpans, schemaUrl: '' }] });
    const offered = { value, attributes: span.attributes.length, offset, epoch };
    if (existing !== undefined) {
      const order = offered.attributes - existing.attributes || Buffer.compare(value, existing.value);
      if (order === 0) return 'known';
      if (order < 0) return 'other form';
    }
    spans.set(key, offered);
    epoch.traces++;
    if (existing !== undefined) this.drop(existing, released);
    this.bytes += value.length + SPAN_BYTES;
    return existing === undefined ? 'new' : 'other form';
  }

  /** A form of span `i` waits. */
  has(row: Row, columns: SpanColumns, i: SpanIndex): boolean {
    return this.byRow.get(row)?.has(keyOf(columns, i)) === true;
  }

  /** The final form of span `i` came: returns whether one waited for it. Calls `released` for the epoch that it held. */
  end(row: Row, columns: SpanColumns, i: SpanIndex, released: (epoch: Epoch) => void): boolean {
    const spans = this.byRow.get(row);
    if (spans === undefined) return false;
    const key = keyOf(columns, i);
    const existing = spans.get(key);
    if (existing === undefined) return false;
    spans.delete(key);
    if (spans.size === 0) this.byRow.delete(row);
    this.drop(existing, released);
    return true;
  }

  /** The traces with spans in progress. */
  get rows(): readonly Row[] {
    return [...this.byRow.keys()];
  }

  /** Some span is in progress. */
  get any(): boolean {
    return this.byRow.size > 0;
  }

  /** Removes the spans of a trace that is about to be forgotten, in the order of their ids. The caller releases their epochs. */
  take(row: Row): readonly SpanInProgress[] {
    const spans = this.byRow.get(row);
    if (spans === undefined) return [];
    this.byRow.delete(row);
    const taken = [...spans].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, span]) => span);
    for (const { value } of taken) this.bytes -= value.length + SPAN_BYTES;
    return taken;
  }

  private drop({ value, epoch }: SpanInProgress, released: (epoch: Epoch) => void): void {
    this.bytes -= value.length + SPAN_BYTES;
    released(epoch);
  }
}

function keyOf(columns: SpanColumns, i: SpanIndex): string {
  return `${columns.wireSpanId(i)} ${columns.isServer(i)}`;
}
