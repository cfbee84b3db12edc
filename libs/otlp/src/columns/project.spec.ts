import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { request, span } from '../../../../test/fixtures/otlp/arbitrary.js';
import { referenceEncode } from '../../../../test/fixtures/otlp/reference.js';
import { attributesOf, requestOf, spanOf } from '../../../../test/fixtures/otlp/spans.js';
import { scan } from '../scan/scan.js';
import { attributeOf } from '../span/attribute.js';
import { encodeRequest } from '../span/encode-request.js';
import type { TraceRequest } from '../span/span.js';
import { traceIdOfText } from '../wire/ids.js';
import { OtlpError } from '../wire/otlp-error.js';
import { Cursor } from '../wire/wire.js';
import { project } from './project.js';
import type { Projection } from './projection.js';
import { SpanColumns } from './span-columns.js';

const ALL: Projection = {
  fields: new Set(['name', 'service', 'kind', 'status', 'status_message', 'scope']),
  attributes: ['http.method', 'http.status_code', 'user.id', 'a', '__proto__', ''],
  resourceAttributes: ['a', 'service.name', 'constructor', ''],
};

/** A span as the columns store it. */
function rowAt(columns: SpanColumns, i: number): unknown {
  return {
    traceId: columns.wireTraceId(i),
    spanId: columns.wireSpanId(i),
    parentId: columns.parentId(i),
    isRoot: columns.isRoot[i],
    startTime: columns.startTime[i],
    endTime: columns.endTime[i],
    exactDuration: columns.exactDuration(i),
    duration: columns.duration[i],
    name: columns.name[i],
    kind: columns.kind[i],
    status: columns.status[i],
    statusMessage: columns.statusMessage[i],
    scope: [columns.scopeName[i], columns.scopeVersion[i]],
    service: columns.service[i],
    attributes: columns.attribute.map((column) => column[i]),
    resourceAttributes: columns.resourceAttribute.map((column) => column[i]),
    whole: columns.wholeSpan(i),
    links: columns.linksOf(i),
  };
}

/** The expected rows, from the model. */
function rowsOf(model: TraceRequest): unknown[] {
  return model.resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ scope, spans }) =>
      spans.map((span) => {
        const service = attributeOf(resource?.attributes ?? [], 'service.name');
        const duration = span.endTimeUnixNano - span.startTimeUnixNano;
        const code = span.status?.code ?? 0;
        return {
          traceId: span.traceId,
          spanId: span.spanId,
          parentId: span.parentSpanId,
          isRoot: span.parentSpanId === '' ? 1 : 0,
          startTime: span.startTimeUnixNano,
          endTime: span.endTimeUnixNano,
          exactDuration: duration,
          duration: Number.isSafeInteger(Number(duration)) ? Number(duration) : Number.NaN,
          name: span.name,
          kind: span.kind <= 5 ? span.kind : 0,
          status: code <= 2 ? code : 0,
          statusMessage: span.status?.message ?? '',
          scope: [scope?.name ?? '', scope?.version ?? ''],
          service: typeof service === 'string' ? service : '',
          attributes: ALL.attributes.map((key) => attributeOf(span.attributes, key)),
          resourceAttributes: ALL.resourceAttributes.map((key) => attributeOf(resource?.attributes ?? [], key)),
          whole: { span, scope, resource },
          links: span.links,
        };
      }),
    ),
  );
}

describe('projection', () => {
  it('equals full decode for every span, in one reused set of columns', () => {
    const columns = new SpanColumns();
    fc.assert(
      fc.property(request, request, (first, second) => {
        columns.clear();
        const models = [first, second];
        for (const model of models) project(referenceEncode(model), ALL, columns);
        const wanted = models.flatMap(rowsOf);
        expect(Array.from({ length: columns.length }, (_, i) => rowAt(columns, i))).toEqual(wanted);
      }),
      { numRuns: 200 },
    );
  });

  it('reads only what is named', () => {
    const columns = new SpanColumns();
    const bytes = encodeRequest(requestOf([spanOf({ status: { code: 2, message: 'boom' }, attributes: attributesOf({ a: 1 }) })]));
    // No value of another projection remains.
    project(bytes, ALL, columns);
    columns.clear();
    project(bytes, { fields: new Set(), attributes: [], resourceAttributes: [] }, columns);
    expect([columns.name[0], columns.service[0], columns.status[0], columns.statusMessage[0]]).toEqual(['', '', 0, '']);
    // Ids, times and the kind are always read: the two sides of a call may share an id, and differ only in kind.
    expect(columns.kind[0]).toBe(2);
    expect(columns.duration[0]).toBe(2_000_000_000);
  });

  it('leaves the columns as they were when the bytes are malformed', () => {
    const columns = new SpanColumns();
    const good = encodeRequest(requestOf([spanOf({ attributes: attributesOf({ a: 'kept' }) })]));
    project(good, ALL, columns);
    const last = spanOf({ attributes: attributesOf({ a: 'gone' }), status: { code: 2, message: 'gone' }, flags: 257 });
    const broken = encodeRequest(requestOf([spanOf({ name: 'gone too' }), last]));
    broken[Buffer.from(broken).lastIndexOf(Buffer.from([0x85, 0x01, 0x01, 0x01]))] = 0x83; // the flags become a group
    expect(() => project(broken, ALL, columns)).toThrow(/wire type 3/);
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
      { numRuns: 500 },
    );
  });

  it('shows the text of an id only if the id was derived from it', () => {
    const columns = new SpanColumns();
    const texts = { 'betrace.id.trace': 'test-trace-001', 'betrace.id.span': 'forged' };
    const forged = spanOf({ attributes: attributesOf(texts) });
    const span = spanOf({ traceId: traceIdOfText('test-trace-001'), attributes: attributesOf(texts) });
    project(encodeRequest(requestOf([span, forged])), ALL, columns);
    expect(columns.traceId(0)).toBe('test-trace-001');
    expect(columns.traceId(1)).toBe(forged.traceId);
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

  it('reads the fields of a span in any order, and the last of repeated ones', () => {
    const columns = new SpanColumns();
    const others = { fields: ALL.fields, attributes: [], resourceAttributes: [] };
    const rows = (bytes: Uint8Array): unknown[] => {
      columns.clear();
      project(bytes, others, columns);
      return Array.from({ length: columns.length }, (_, i) => ({ ...(rowAt(columns, i) as object), whole: 0, links: 0 }));
    };
    fc.assert(
      fc.property(span, span, fc.infiniteStream(fc.nat(999)), (before, model, order) => {
        const fields = fieldsOf(encodeRequest(requestOf([model])));
        const inAnyOrder = fields.map((field) => ({ field, place: order.next().value })).sort((a, b) => a.place - b.place);
        const [whole] = rows(requestWith(fields));
        expect(rows(requestWith(inAnyOrder.map(({ field }) => field)))).toEqual([whole]);
        // If both contain a field, the second value counts; the first contributes all other fields.
        const kept = fieldsOf(encodeRequest(requestOf([before]))).filter((first) => fields.some((field) => field[0] === first[0]));
        const again = kept.filter((field) => field[0] !== 0x6a && field[0] !== 0x7a);
        expect(rows(requestWith([...again, ...inAnyOrder.map(({ field }) => field)]))).toEqual([whole]);
      }),
      { numRuns: 300 },
    );
  });

  it('refuses an attribute that ends within its key, even if the next field would continue it', () => {
    const ids = [Uint8Array.of(0x0a, 16, ...Buffer.alloc(16, 1)), Uint8Array.of(0x12, 8, ...Buffer.alloc(8, 1))];
    const cut = Uint8Array.of(0x4a, 1, 0x0a);
    const other = Uint8Array.of(0x4a, 4, 0x0a, 2, 0x7a, 0x7a);
    expect(project(requestWith([...ids, other]), ALL, new SpanColumns())).toBe(1);
    for (const fields of [[cut], [...ids, cut], [...ids, cut, other], [...ids, other, cut, other]]) {
      expect(() => project(requestWith(fields), ALL, new SpanColumns())).toThrow(OtlpError);
    }
  });

  it('grows beyond its initial capacity', () => {
    const columns = new SpanColumns();
    const spans = Array.from({ length: 1000 }, (_, i) => spanOf({ name: `span ${i}`, attributes: attributesOf({ a: i }) }));
    project(encodeRequest(requestOf(spans)), ALL, columns);
    expect(columns.name.slice(0, 1000)).toEqual(spans.map(({ name }) => name));
    expect(columns.attribute[3]!.slice(0, 1000)).toEqual(spans.map((_, i) => i));
    expect(columns.startTime[999]).toBe(spans[999]!.startTimeUnixNano);
  });

  it('reads invalid UTF-8 with replacement characters', () => {
    const columns = new SpanColumns();
    const bytes = encodeRequest(requestOf([spanOf({ name: 'abcdefgh' })]));
    bytes[Buffer.from(bytes).indexOf('cdef')] = 0xff;
    project(bytes, ALL, columns);
    expect(columns.name[0]).toBe('ab\ufffddefgh');
    expect(columns.wholeSpan(0).span.name).toBe('ab\ufffddefgh');
  });
});

/** The fields of the only span of a request, each with its tag. */
function fieldsOf(bytes: Uint8Array): Uint8Array[] {
  const { bodyAt, endAt } = scan(bytes);
  const cursor = new Cursor(bytes, bodyAt[0]!);
  const fields: Uint8Array[] = [];
  while (cursor.position < endAt[0]!) {
    const start = cursor.position;
    cursor.skip(cursor.tag(endAt[0]!), endAt[0]!);
    fields.push(bytes.slice(start, cursor.position));
  }
  return fields;
}

/** A request with one span of these fields. */
function requestWith(fields: readonly Uint8Array[]): Uint8Array {
  const message = (tag: number, body: Uint8Array): Uint8Array => {
    const length: number[] = [];
    for (let left = body.length; left > 0 || length.length === 0; left >>>= 7) length.push((left & 0x7f) | (left > 0x7f ? 0x80 : 0));
    return Buffer.concat([Uint8Array.of(tag, ...length), body]);
  };
  return message(0x0a, message(0x12, message(0x12, Buffer.concat(fields))));
}
