export {
  type AnyValue,
  attributeOf,
  type KeyValue,
  type PlainMap,
  type PlainValue,
  plainMap,
  plainValue,
  spanAttributes,
} from './attribute.js';
export { collectTrace } from './collect.js';
export { decodeRequest } from './decode.js';
export { decodeExportResponse } from './decode-response.js';
export { encodeRequest } from './encode.js';
export { hexOfWords } from './ids.js';
export { decodeRequestJson } from './json-decode.js';
export { encodeRequestJson } from './json-encode.js';
export { MAX_RECORD_BYTES, MAX_REQUEST_BYTES } from './limits.js';
export { type JsonValue, parseJson } from './lossless-json.js';
export { type FieldError, OtlpError } from './otlp-error.js';
export { OTLP_PROBLEMS } from './problems.js';
export { project } from './project.js';
export { OWN_SCOPE, type ProjectedField, type Projection } from './projection.js';
export type { RejectionReason } from './rejection.js';
export { RequestIndex } from './request-index.js';
export { encodeExportResponse, exportResponseJson, type PartialSuccess } from './response.js';
export { retryDelay } from './retry-delay.js';
export { type ScanDepth, scan } from './scan.js';
export { shownIds, shownLinkIds } from './shown-ids.js';
export type { Resource, ResourceSpans, Scope, ScopeSpans, Span, SpanEvent, SpanLink, SpanStatus, TraceRequest, WholeSpan } from './span.js';
export { integer, SPAN_KINDS, STATUS_CODES } from './span.js';
export { HIGH, LOW, SpanColumns } from './span-columns.js';
export { type SpansJsonOptions, spansFromJson, spansFromValue } from './spans-json.js';
export { type PartitionOf, type PartitionRequest, split } from './split.js';
export { encodeStatus, type RpcStatus, statusJson } from './status.js';
