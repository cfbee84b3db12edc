import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { request } from '../../../../test/fixtures/otlp/arbitrary.js';
import { requestOf, spanOf } from '../../../../test/fixtures/otlp/spans.js';
import { decodeRequest } from '../span/decode-request.js';
import { encodeRequest } from '../span/encode-request.js';
import type { Span } from '../span/span.js';
import { hexAt } from '../wire/ids.js';
import { OtlpError } from '../wire/otlp-error.js';
import { ACCEPTED, OWN } from '../wire/rejection.js';
import { RequestIndex } from './request-index.js';
import { type ScanDepth, scan } from './scan.js';

const DEPTHS: readonly ScanDepth[] = ['ids', 'everything'];

function errorOf(bytes: Uint8Array, depth: ScanDepth = 'everything'): OtlpError {
  try {
    scan(bytes, new RequestIndex(), depth);
  } catch (error) {
    if (error instanceof OtlpError) return error;
    throw error;
  }
  throw new Error('nothing was wrong');
}

describe('scan', () => {
  it('finds the same spans, ids and own spans as full decode', () => {
    const index = new RequestIndex();
    fc.assert(
      fc.property(request, fc.constantFrom(...DEPTHS), (model, depth) => {
        const bytes = encodeRequest(model);
        scan(bytes, index, depth);
        const spans = model.resourceSpans.flatMap(({ scopeSpans }) =>
          scopeSpans.flatMap(({ scope, spans }) => spans.map((span) => ({ span, own: scope?.name === 'betrace' }))),
        );
        expect(index.spans).toBe(spans.length);
        spans.forEach(({ span, own }, i) => {
          expect(hexAt(bytes, index.traceIdAt[i]!, 16)).toBe(span.traceId);
          expect(index.outcome[i]).toBe(own ? OWN : ACCEPTED);
        });
        expect(index.own).toBe(spans.filter(({ own }) => own).length);
        expect(index.rejected).toBe(0);
      }),
      { numRuns: 200 },
    );
  });

  const invalid: [string, Partial<Span>, string][] = [
    ['a short trace id', { traceId: '5b8efff7' }, 'trace_id_invalid'],
    ['no trace id', { traceId: '' }, 'trace_id_invalid'],
    ['a trace id of zeros', { traceId: '0'.repeat(32) }, 'trace_id_invalid'],
    ['a long span id', { spanId: 'ab'.repeat(16) }, 'span_id_invalid'],
    ['a span id of zeros', { spanId: '0'.repeat(16) }, 'span_id_invalid'],
    ['a parent id of 4 bytes', { parentSpanId: 'aabbccdd' }, 'parent_id_invalid'],
  ];

  it.each(invalid)('rejects a span with %s and keeps the others', (_, fields, reason) => {
    const index = scan(encodeRequest(requestOf([spanOf({}), spanOf(fields), spanOf({})])));
    expect([index.spans, index.accepted, index.rejected]).toEqual([3, 2, 1]);
    expect(index.rejections()).toMatchObject([{ reason, spans: 1 }]);
  });

  it('counts own spans as own for any ids', () => {
    const index = scan(encodeRequest(requestOf([spanOf({}), spanOf({ traceId: '' })], 'betrace')));
    expect([index.spans, index.accepted, index.own, index.rejected]).toEqual([2, 0, 2, 0]);
  });

  it('accepts an empty request', () => {
    expect(scan(new Uint8Array(0)).spans).toBe(0);
  });

  const broken: [string, string, RegExp][] = [
    ['text', Buffer.from('{"resourceSpans":[]}').toString('hex'), /byte 0: wire type 3/],
    ['a length beyond the end', '0a05', /byte 1: a field says it has 5 bytes, but 0 are left/],
    ['field number 0', '0000', /byte 0: field number 0/],
    ['a number of 11 bytes', `10${'ff'.repeat(10)}01`, /byte 1: a number is longer than 10 bytes/],
    ['an end within a number', '1080', /byte 2: the message ends within a number/],
    ['a length beyond 2^32', '0affffffffffffffffff01', /says it has 18446744073709551615 bytes/],
  ];

  it.each(broken)('refuses %s, saying where', (_, hex, message) => {
    for (const depth of DEPTHS) {
      const error = errorOf(Buffer.from(hex, 'hex'), depth);
      expect(error.code).toBe('BT_OTLP_MALFORMED');
      expect(error.message).toMatch(message);
      expect(error.offset).toBeGreaterThanOrEqual(0);
    }
  });

  it('refuses a span with two trace ids: which one it belongs to would depend on the reader', () => {
    const [id] = [Buffer.alloc(16, 1)];
    const span = Buffer.concat([Buffer.from([0x0a, 16]), id!, Buffer.from([0x0a, 16]), id!, Buffer.from([0x12, 8]), Buffer.alloc(8, 1)]);
    const wrap = (tag: number, body: Buffer): Buffer => Buffer.concat([Buffer.from([tag, body.length]), body]);
    expect(errorOf(wrap(0x0a, wrap(0x12, wrap(0x12, span)))).message).toContain('more than one trace_id');
  });

  it('accepts only what can be decoded, and otherwise throws only OtlpError', () => {
    const index = new RequestIndex();
    fc.assert(
      fc.property(request, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }), fc.nat(), (model, changes, cut) => {
        const bytes = encodeRequest(model);
        for (const [at, value] of changes) if (bytes.length > 0) bytes[at % bytes.length] = value;
        const broken = bytes.subarray(0, cut % 3 === 0 ? cut % (bytes.length + 1) : bytes.length);
        let passed = true;
        try {
          scan(broken, index);
        } catch (error) {
          expect(error).toBeInstanceOf(OtlpError);
          passed = false;
        }
        try {
          decodeRequest(broken);
        } catch (error) {
          expect(error).toBeInstanceOf(OtlpError);
          expect(passed).toBe(false);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
