import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { partitionOf } from '#messaging';
import { decodeRequest, encodeRequest, type Span } from '#otlp';
import { aRequest, aSpan } from '../../../../test/fixtures/ingest/requests.js';
import { request } from '../../../../test/fixtures/otlp/arbitrary.js';
import { admit } from './admit.js';

const spansOf = (bytes: Uint8Array): Span[] =>
  decodeRequest(bytes).resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));

describe('admitting a request', () => {
  it('accounts for each span, and sends accepted ones unchanged to the partition of their trace', () => {
    fc.assert(
      fc.property(request, fc.integer({ min: 1, max: 12 }), (model, partitions) => {
        const admission = admit(encodeRequest(model), partitions);
        const rejected = admission.rejections.reduce((sum, { spans }) => sum + spans, 0);
        expect(admission.accepted + admission.own + rejected).toBe(admission.spans);
        const placed = admission.records.flatMap(({ partition, value }) => spansOf(value).map((span) => ({ partition, span })));
        expect(placed).toHaveLength(admission.accepted);
        for (const { partition, span } of placed) expect(partitionOf(Buffer.from(span.traceId, 'hex'), partitions)).toBe(partition);

        const all = spansOf(encodeRequest(model));
        for (const { span } of placed) expect(all).toContainEqual(span);
      }),
      { numRuns: 100 },
    );
  });

  it('splits requests larger than a record, and refuses a single larger span', () => {
    const large = (length: number, id: number) => aSpan({ spanId: id.toString(16).padStart(16, '0'), name: 'x'.repeat(length) });
    const admission = admit(encodeRequest(aRequest([large(600_000, 1), large(600_000, 2), large(1_100_000, 3)])), 4);
    expect(admission.records).toHaveLength(2);
    expect(admission).toMatchObject({ accepted: 2, rejections: [{ reason: 'span_too_large', spans: 1 }] });
  });
});
