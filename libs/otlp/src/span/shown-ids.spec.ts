import { describe, expect, it } from '@jest/globals';
import { spansFromValue } from '../json/spans-json.js';
import { shownIds } from './shown-ids.js';
import type { Span } from './span.js';

const spanOf = (span: Readonly<Record<string, string>>): Span => {
  const { resourceSpans } = spansFromValue({ spans: [{ name: 'x', ...span }] }, { incomplete: true });
  return resourceSpans[0]?.scopeSpans[0]?.spans[0] as Span;
};

describe('shownIds', () => {
  it('returns texts that are not OTLP ids as sent', () => {
    const span = spanOf({ trace_id: 'order-7', span_id: 'pay', parent_id: 'shop' });
    expect(span.spanId).toMatch(/^[0-9a-f]{16}$/);
    expect(shownIds(span)).toEqual({ traceId: 'order-7', spanId: 'pay', parentSpanId: 'shop' });
  });

  it('returns OTLP ids, and undefined for the parent of a root span', () => {
    const ids = { trace_id: '0af7651916cd43dd8448eb211c80319c', span_id: 'b7ad6b7169203331' };
    expect(shownIds(spanOf(ids))).toEqual({ traceId: ids.trace_id, spanId: ids.span_id, parentSpanId: '' });
  });
});
