import { shownSpanId, shownTraceId } from '../wire/ids.js';
import { PARENT_ID_TEXT, SPAN_ID_TEXT, TRACE_ID_TEXT } from '../wire/own-names.js';
import { attributeOf } from './attribute.js';
import type { Span, SpanLink } from './span.js';

/** The ids of a span as its sender wrote them; the parent's is '' for a root span. */
export function shownIds(span: Span): { readonly traceId: string; readonly spanId: string; readonly parentSpanId: string } {
  const text = (key: string) => attributeOf(span.attributes, key);
  return {
    traceId: shownTraceId(span.traceId, text(TRACE_ID_TEXT)),
    spanId: shownSpanId(span.spanId, text(SPAN_ID_TEXT)),
    parentSpanId: shownSpanId(span.parentSpanId, text(PARENT_ID_TEXT)),
  };
}

/** The ids of the span that a link names, as the sender wrote them. */
export function shownLinkIds({ traceId, spanId, attributes }: Pick<SpanLink, 'traceId' | 'spanId' | 'attributes'>): {
  readonly traceId: string;
  readonly spanId: string;
} {
  return {
    traceId: shownTraceId(traceId, attributeOf(attributes, TRACE_ID_TEXT)),
    spanId: shownSpanId(spanId, attributeOf(attributes, SPAN_ID_TEXT)),
  };
}
