export { decodeExportResponse } from './answer/decode-response.js';
export { encodeExportResponse, exportResponseJson, type PartialSuccess } from './answer/response.js';
export { retryDelay } from './answer/retry-delay.js';
export { encodeStatus, type RpcStatus, statusJson } from './answer/status.js';
export { project } from './columns/project.js';
export type { ProjectedField, Projection } from './columns/projection.js';
export { HIGH, LOW, SpanColumns } from './columns/span-columns.js';
export { decodeRequestJson } from './json/json-decode.js';
export { encodeRequestJson } from './json/json-encode.js';
export { type JsonValue, parseJson } from './json/lossless-json.js';
export { type SpansJsonOptions, spansFromJson, spansFromValue } from './json/spans-json.js';
export { collectTrace } from './scan/collect.js';
export { RequestIndex } from './scan/request-index.js';
export { type ScanDepth, scan } from './scan/scan.js';
export { type PartitionOf, type PartitionRequest, split } from './scan/split.js';
export {
  type AnyValue,
  attributeOf,
  type KeyValue,
  type PlainMap,
  type PlainValue,
  plainMap,
  plainValue,
  spanAttributes,
} from './span/attribute.js';
export { decodeRequest } from './span/decode.js';
export { encodeRequest } from './span/encode.js';
export { shownIds, shownLinkIds } from './span/shown-ids.js';
export type {
  Resource,
  ResourceSpans,
  Scope,
  ScopeSpans,
  Span,
  SpanEvent,
  SpanLink,
  SpanStatus,
  TraceRequest,
  WholeSpan,
} from './span/span.js';
export { integer, SPAN_KINDS, STATUS_CODES } from './span/span.js';
export { hexOfWords } from './wire/ids.js';
export { MAX_RECORD_BYTES, MAX_REQUEST_BYTES } from './wire/limits.js';
export { type FieldError, OtlpError } from './wire/otlp-error.js';
export { OWN_SCOPE } from './wire/own-names.js';
export { OTLP_PROBLEMS } from './wire/problems.js';
export type { RejectionReason } from './wire/rejection.js';
