import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { request } from '../../../../test/fixtures/otlp/arbitrary.js';
import { requestOf, spanOf } from '../../../../test/fixtures/otlp/spans.js';
import { decodeRequest } from '../span/decode-request.js';
import { encodeRequest } from '../span/encode-request.js';
import type { Span, TraceRequest } from '../span/span.js';
import { scan } from './scan.js';
import { type PartitionOf, split } from './split.js';

const byLastByte: PartitionOf = (bytes, at) => bytes[at + 15]! % 3;
const partitionOfSpan = (span: Span): number => Number.parseInt(span.traceId.slice(-2), 16) % 3;
const onePartition: PartitionOf = () => 7;

/** Each span with its resource and scope, as text: a split must preserve it. */
function flat(model: TraceRequest): string[] {
  return model.resourceSpans.flatMap(({ resource, schemaUrl, scopeSpans }) =>
    scopeSpans.flatMap((scopeSpan) =>
      scopeSpan.spans.map((span) => text({ resource, schemaUrl, scope: scopeSpan.scope, scopeUrl: scopeSpan.schemaUrl, span })),
    ),
  );
}

const text = (value: unknown): string => JSON.stringify(value, (_, inner) => (typeof inner === 'bigint' ? `${inner}n` : inner));

const withoutOwn = (model: TraceRequest): TraceRequest => ({
  resourceSpans: model.resourceSpans.map((resourceSpans) => ({
    ...resourceSpans,
    scopeSpans: resourceSpans.scopeSpans.filter(({ scope }) => scope?.name !== 'betrace'),
  })),
});

describe('split', () => {
  it('sends every span with its resource to its partition, in order, without loss or duplicates', () => {
    fc.assert(
      fc.property(request, fc.constantFrom(400, 2000, 1_000_000), (model, maxBytes) => {
        const index = scan(encodeRequest(model));
        const parts = split(index, byLastByte, maxBytes);
        const wanted = withoutOwn(model);
        const tooLarge = index.rejections().find(({ reason }) => reason === 'span_too_large')?.spans ?? 0;
        const got = parts.flatMap(({ value }) => flat(decodeRequest(value)));
        expect(got.length + tooLarge).toBe(flat(wanted).length);
        if (tooLarge === 0) expect([...got].sort()).toEqual(flat(wanted).sort());
        for (const { partition, value, spans } of parts) {
          const inside = decodeRequest(value).resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => [...scope.spans]));
          expect(inside).toHaveLength(spans);
          expect(inside.every((span) => partitionOfSpan(span) === partition)).toBe(true);
        }
        for (const partition of [0, 1, 2]) {
          const of = (spans: Span[]): Span[] => spans.filter((span) => partitionOfSpan(span) === partition);
          if (tooLarge > 0) continue;
          expect(parts.filter((part) => part.partition === partition).flatMap(({ value }) => flat(decodeRequest(value)))).toEqual(
            flat({
              resourceSpans: wanted.resourceSpans.map((resourceSpans) => ({
                ...resourceSpans,
                scopeSpans: resourceSpans.scopeSpans.map((scopeSpans) => ({ ...scopeSpans, spans: of([...scopeSpans.spans]) })),
              })),
            }),
          );
        }
      }),
      { numRuns: 200 },
    );
  });

  it('returns the same bytes when all spans go to one partition', () => {
    const bytes = encodeRequest(requestOf([spanOf({}), spanOf({ traceId: 'ab'.repeat(16) })]));
    const [part, ...others] = split(scan(bytes), onePartition);
    expect(others).toEqual([]);
    expect(part).toEqual({ partition: 7, value: bytes, spans: 2 });
    expect(part!.value).toBe(bytes);
  });

  it('leaves out rejected and own spans', () => {
    const good = requestOf([spanOf({ name: 'good' }), spanOf({ name: 'bad', spanId: '' })]);
    const own = requestOf([spanOf({ name: 'violation' })], 'betrace');
    const index = scan(encodeRequest({ resourceSpans: [...good.resourceSpans, ...own.resourceSpans] }));
    const [part, ...others] = split(index, onePartition);
    expect(others).toEqual([]);
    expect(decodeRequest(part!.value)).toEqual(requestOf([spanOf({ name: 'good' })]));
    expect([index.accepted, index.own, index.rejected]).toEqual([1, 1, 1]);
  });

  it('splits requests larger than a record, and rejects a single larger span', () => {
    const spans = [spanOf({ name: 'a' }), spanOf({ name: 'x'.repeat(1000) }), spanOf({ name: 'b' }), spanOf({ name: 'c' })];
    const index = scan(encodeRequest(requestOf(spans)));
    const parts = split(index, onePartition, 300);
    expect(parts.map(({ value }) => flat(decodeRequest(value)).length)).toEqual(parts.map((part) => part.spans));
    expect(parts.reduce((sum, part) => sum + part.spans, 0)).toBe(3);
    expect(parts.every(({ value }) => value.length <= 300)).toBe(true);
    expect(index.rejections()).toMatchObject([{ reason: 'span_too_large', spans: 1 }]);
    expect(index.accepted).toBe(3);
  });

  it('returns nothing for a request without spans', () => {
    expect(split(scan(encodeRequest(requestOf([]))), onePartition)).toEqual([]);
  });
});
