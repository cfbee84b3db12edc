import { expect, it } from '@jest/globals';
import { traceLinkOf } from './trace-link.js';

const violation = { wire_trace_id: '9a2ae0ed06167688', wire_span_id: 'a b&c#d/../', timestamp_ms: 1_700_000_000_000 };

it('puts the trace and half an hour around it into the link', () => {
  const url = 'https://tempo.example.com/trace/{trace_id}?from={from}&to={to}';
  expect(traceLinkOf({ name: 'Tempo', url }, violation)).toBe(
    'https://tempo.example.com/trace/9a2ae0ed06167688?from=1699998200000&to=1700001800000',
  );
});

it('lets no name of a span change the target of the link', () => {
  const link = new URL(traceLinkOf({ name: 'Tempo', url: 'https://tempo.example.com/{trace_id}/{span_id}?x=1' }, violation));
  expect([link.host, link.search, link.hash]).toEqual(['tempo.example.com', '?x=1', '']);
  expect(decodeURIComponent(link.pathname)).toBe('/9a2ae0ed06167688/a b&c#d/../');
});

it("leaves braces that are the page's own as they are", () => {
  const url = 'https://grafana.example.com/explore?panes={"a":{"query":"{trace_id}"}}';
  expect(JSON.parse(new URL(traceLinkOf({ name: 'Tempo', url }, violation)).searchParams.get('panes') ?? '')).toEqual({
    a: { query: '9a2ae0ed06167688' },
  });
});
