import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { request } from '../../../test/fixtures/otlp/arbitrary.js';
import { referenceEncode } from '../../../test/fixtures/otlp/reference.js';
import { attributesOf, requestOf, spanOf } from '../../../test/fixtures/otlp/spans.js';
import { attributeOf } from './attribute.js';
import { encodeRequest } from './encode.js';
import { traceIdOfText } from './ids.js';
import { OtlpError } from './otlp-error.js';
import { project } from './project.js';
import type { Projection } from './projection.js';
import { SpanColumns } from './span-columns.js';

const ALL: Projection = {
  fields: new Set(['name', 'service', 'kind', 'status', 'status_message', 'scope']),
  attributes: ['http.method', 'http.status_code', 'user.id', 'a', '__proto__'],
  resourceAttributes: ['a', 'service.name', 'constructor'],
};

describe('projection', () => {
  it('says of every span what full decode says, in one set of columns used again and again', () => {
    const columns = new SpanColumns();
    fc.assert(
      fc.property(request, request, (first, second) => {
        columns.clear();
        const models = [first, second];
        for (const model of models) project(referenceEncode(model), ALL, columns);
        let i = 0;
        for (const { resource, scopeSpans } of models.flatMap((model) => model.resourceSpans)) {
          for (const { scope, spans } of scopeSpans) {
            for (const span of spans) {
              const service = attributeOf(resource?.attributes ?? [], 'service.name');
              expect(columns.wireTraceId(i)).toBe(span.traceId);
              expect(columns.wireSpanId(i)).toBe(span.spanId);
              expect(columns.parentId(i)).toBe(span.parentSpanId);
              expect(columns.isRoot[i]).toBe(span.parentSpanId === '' ? 1 : 0);
              expect(columns.startTime[i]).toBe(span.startTimeUnixNano);
              expect(columns.endTime[i]).toBe(span.endTimeUnixNano);
              const duration = span.endTimeUnixNano - span.startTimeUnixNano;
              expect(columns.exactDuration(i)).toBe(duration);
              expect(columns.duration[i]).toBe(Number.isSafeInteger(Number(duration)) ? Number(duration) : Number.NaN);
              expect(columns.name[i]).toBe(span.name);
              expect(columns.kind[i]).toBe(span.kind <= 5 ? span.kind : 0);
              expect(columns.status[i]).toBe((span.status?.code ?? 0) <= 2 ? (span.status?.code ?? 0) : 0);
              expect(columns.statusMessage[i]).toBe(span.status?.message ?? '');
              expect(columns.scopeName[i]).toBe(scope?.name ?? '');
              expect(columns.scopeVersion[i]).toBe(scope?.version ?? '');
              expect(columns.service[i]).toBe(typeof service === 'string' ? service : '');
              ALL.attributes.forEach((key, k) => {
                expect(columns.attribute[k]![i]).toEqual(attributeOf(span.attributes, key));
              });
              ALL.resourceAttributes.forEach((key, k) => {
                expect(columns.resourceAttribute[k]![i]).toEqual(attributeOf(resource?.attributes ?? [], key));
              });
              expect(columns.wholeSpan(i)).toEqual({ span, scope, resource });
              i++;
            }
          }
        }
        expect(columns.length).toBe(i);
      }),
      { numRuns: 300 },
    );
  });

  it('reads only what is named', () => {
    const columns = new SpanColumns();
    const bytes = encodeRequest(requestOf([spanOf({ status: { code: 2, message: 'boom' }, attributes: attributesOf({ a: 1 }) })]));
    project(bytes, { fields: new Set(), attributes: [], resourceAttributes: [] }, columns);
    expect([columns.name[0], columns.service[0], columns.kind[0], columns.status[0], columns.statusMessage[0]]).toEqual(['', '', 0, 0, '']);
    expect(columns.duration[0]).toBe(2_000_000_000);
  });

  it('leaves the columns as they were when the bytes are malformed', () => {
    const columns = new SpanColumns();
    const good = encodeRequest(requestOf([spanOf({ attributes: attributesOf({ a: 'kept' }) })]));
    project(good, ALL, columns);
    const broken = encodeRequest(requestOf([spanOf({ attributes: attributesOf({ a: 'gone' }), status: { code: 2, message: 'gone' } })]));
    expect(() => project(broken.subarray(0, broken.length - 45), ALL, columns)).toThrow(OtlpError);
    expect(columns.length).toBe(1);
    expect(columns.attribute[3]!.filter((value) => value !== undefined)).toEqual(['kept']);
    expect(columns.statusMessage.filter((value) => value !== '')).toEqual([]);
    project(encodeRequest(requestOf([spanOf({ name: 'next', attributes: [] })])), ALL, columns);
    expect([columns.name[1], columns.attribute[3]![1]]).toEqual(['next', undefined]);
  });

  it('never throws anything but OtlpError, whatever the bytes', () => {
    const columns = new SpanColumns();
    fc.assert(
      fc.property(request, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }), fc.nat(), (model, changes, cut) => {
        const bytes = encodeRequest(model);
        for (const [at, value] of changes) if (bytes.length > 0) bytes[at % bytes.length] = value;
        columns.clear();
        try {
          project(bytes.subarray(0, cut % 3 === 0 ? cut % (bytes.length + 1) : bytes.length), ALL, columns);
        } catch (error) {
          expect(error).toBeInstanceOf(OtlpError);
          expect(columns.length).toBe(0);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('shows the text of an id only if the id was derived from it', () => {
    const columns = new SpanColumns();
    const texts = { 'betrace.id.trace': 'test-trace-001', 'betrace.id.span': 'forged' };
    const span = spanOf({ traceId: traceIdOfText('test-trace-001'), attributes: attributesOf(texts) });
    project(encodeRequest(requestOf([span])), ALL, columns);
    expect(columns.traceId(0)).toBe('test-trace-001');
    expect(columns.hasTraceIdText(0)).toBe(true);
    expect(columns.wireTraceId(0)).toBe(span.traceId);
    expect(columns.spanId(0)).toBe(span.spanId);
  });

  it('keeps the first value of a key that occurs twice, as full decode does', () => {
    const columns = new SpanColumns();
    const attributes = [{ key: 'a', value: { type: 'empty' } as const }, ...attributesOf({ a: 1 }), ...attributesOf({ a: 2 })];
    project(encodeRequest(requestOf([spanOf({ attributes })])), ALL, columns);
    expect(columns.attribute[3]![0]).toBe(1);
    expect(attributeOf(attributes, 'a')).toBe(1);
  });

  it('holds more spans than it had room for', () => {
    const columns = new SpanColumns();
    const spans = Array.from({ length: 1000 }, (_, i) => spanOf({ name: `span ${i}`, attributes: attributesOf({ a: i }) }));
    project(encodeRequest(requestOf(spans)), ALL, columns);
    expect(columns.name.slice(0, 1000)).toEqual(spans.map(({ name }) => name));
    expect(columns.attribute[3]!.slice(0, 1000)).toEqual(spans.map((_, i) => i));
    expect(columns.startTime[999]).toBe(spans[999]!.startTimeUnixNano);
  });

  it('reads texts that are no UTF-8 with replacement characters', () => {
    const columns = new SpanColumns();
    const bytes = encodeRequest(requestOf([spanOf({ name: 'abcdefgh' })]));
    bytes[Buffer.from(bytes).indexOf('cdef')] = 0xff;
    project(bytes, ALL, columns);
    expect(columns.name[0]).toBe('ab\ufffddefgh');
    expect(columns.wholeSpan(0).span.name).toBe('ab\ufffddefgh');
  });
});
