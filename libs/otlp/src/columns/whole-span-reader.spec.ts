import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { request } from '../../../../test/fixtures/otlp/arbitrary.js';
import { requestOf, spanOf } from '../../../../test/fixtures/otlp/spans.js';
import { encodeRequest } from '../span/encode-request.js';
import type { TraceRequest, WholeSpan } from '../span/span.js';
import { project } from './project.js';
import { SpanColumns } from './span-columns.js';

const IDS = { fields: new Set<string>(), attributes: [], resourceAttributes: [] } as const;

function wholeSpansOf({ resourceSpans }: TraceRequest): WholeSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ scope, spans }) => spans.map((span) => ({ span, scope, resource }))),
  );
}

it('a span has its own resource and scope, in any order of reads over several requests', () => {
  fc.assert(
    fc.property(fc.array(request, { minLength: 1, maxLength: 3 }), fc.array(fc.nat(), { maxLength: 40 }), (requests, asked) => {
      const columns = new SpanColumns();
      for (const one of requests) project(encodeRequest(one), IDS, columns);
      const expected = requests.flatMap(wholeSpansOf);
      expect(columns.length).toBe(expected.length);
      if (expected.length === 0) return;
      for (const n of asked) expect(columns.wholeSpan(n % expected.length)).toEqual(expected[n % expected.length]);
    }),
    { numRuns: 300 },
  );
});

it('a request that replaces another in the same bytes is read again', () => {
  const [first, second] = ['shop', 'bank'].map((service) => encodeRequest(requestOf([spanOf({ name: service })], 'scope', service)));
  const bytes = Uint8Array.from(first!);
  const columns = new SpanColumns();
  project(bytes, IDS, columns);
  expect(columns.wholeSpan(0).resource?.attributes[0]?.value).toEqual({ type: 'string', value: 'shop' });
  columns.clear();
  bytes.set(second!);
  project(bytes, IDS, columns);
  expect(columns.wholeSpan(0).resource?.attributes[0]?.value).toEqual({ type: 'string', value: 'bank' });
});

it('a request of many spans of one scope is not scanned for each of them', () => {
  const columnsOf = (spans: number): SpanColumns => {
    const columns = new SpanColumns();
    project(encodeRequest(requestOf(Array.from({ length: spans }, (_, n) => spanOf({ name: `span ${n}` })))), IDS, columns);
    return columns;
  };
  const columns = [columnsOf(1_000), columnsOf(20_000)] as const;
  /** Milliseconds for 1,000 spans from the middle: the minimum of several alternating runs. */
  const least = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let turn = 0; turn < 7; turn++) {
    for (const [n, { length }] of columns.entries()) {
      const from = performance.now();
      for (let i = 0; i < 1_000; i++) columns[n]!.wholeSpan((length - 1_000) / 2 + i);
      least[n] = Math.min(least[n]!, performance.now() - from);
    }
  }
  // The time includes one walk over 20,000 spans; a walk per span would take 20 times as long.
  expect(least[1]! / least[0]!).toBeLessThan(6);
});
