import { decodeRequest, decodeRequestJson, encodeRequest, encodeRequestJson, project, RequestIndex, SpanColumns, scan, split } from '#otlp';
import { schema } from '../../test/fixtures/otlp/schema.js';
import type { BenchCase } from '../case.js';
import { benchRequest, READ_ATTRIBUTES } from '../fixtures/otlp-request.js';
import { perSecond } from '../measure.js';

const SPANS = 512;
const bytes = benchRequest({ spans: SPANS, spansPerTrace: 8, distinct: 40 });
const size = `${(bytes.length / SPANS).toFixed(0)} bytes per span, ${SPANS} per request`;
const small = benchRequest({ spans: 64, spansPerTrace: 8, distinct: 40 });
const index = new RequestIndex();
const columns = new SpanColumns();
const fields = new Set(['name', 'kind', 'status', 'service']);
const four = { fields, attributes: READ_ATTRIBUTES, resourceAttributes: [] };
const none = { fields: new Set<string>(), attributes: [], resourceAttributes: [] };

/** A minimal partition function, so that the case measures splitting alone. */
const twelve = (request: Uint8Array, at: number): number => request[at + 7]! % 12;

function spansCase(name: string, work: () => unknown, spans = SPANS, note?: string): BenchCase {
  return { name, unit: 'M spans/s', run: async () => ({ value: perSecond(spans, work) / 1e6, ...(note === undefined ? {} : { note }) }) };
}

function projected(request: Uint8Array, projection: typeof four): () => void {
  return () => {
    columns.clear();
    project(request, projection, columns);
  };
}

const json = encodeRequestJson(decodeRequest(bytes));
const model = decodeRequest(bytes);

export const cases: readonly BenchCase[] = [
  spansCase('scan ids', () => scan(bytes, index, 'ids'), SPANS, size),
  spansCase('scan everything', () => scan(bytes, index)),
  spansCase('scan everything and split by 12', () => split(scan(bytes, index), twelve)),
  spansCase('project times and ids', projected(bytes, none)),
  spansCase('project name, service, kind, status, 4 attributes', projected(bytes, four), SPANS, 'user.id is another in each span'),
  spansCase('project the same, 64 spans per request', projected(small, four), 64),
  spansCase('full decode', () => decodeRequest(bytes)),
  spansCase('full decode by protobufjs', () => schema.request.decode(bytes)),
  spansCase('encode', () => encodeRequest(model)),
  spansCase('OTLP/JSON decode', () => decodeRequestJson(json)),
];
