/**
 * Tags of OTLP's fields, named once: field number << 3 | wire type (opentelemetry-proto trace/v1, common/v1, resource/v1,
 * collector/trace/v1). A known number with another wire type is an unknown field, as protobuf says. The hot loops of scan.ts,
 * message-check.ts and project.ts repeat some as literals, because only a switch over literals becomes a jump table.
 */
const varint = (field: number): number => field << 3;
const fixed64 = (field: number): number => (field << 3) | 1;
const bytes = (field: number): number => (field << 3) | 2;
const fixed32 = (field: number): number => (field << 3) | 5;

export const REQUEST = { resourceSpans: bytes(1) } as const;

export const RESOURCE_SPANS = { resource: bytes(1), scopeSpans: bytes(2), schemaUrl: bytes(3) } as const;

export const RESOURCE = { attributes: bytes(1), droppedAttributesCount: varint(2) } as const;

export const SCOPE_SPANS = { scope: bytes(1), spans: bytes(2), schemaUrl: bytes(3) } as const;

export const SCOPE = { name: bytes(1), version: bytes(2), attributes: bytes(3), droppedAttributesCount: varint(4) } as const;

export const SPAN = {
  traceId: bytes(1),
  spanId: bytes(2),
  traceState: bytes(3),
  parentSpanId: bytes(4),
  name: bytes(5),
  kind: varint(6),
  startTimeUnixNano: fixed64(7),
  endTimeUnixNano: fixed64(8),
  attributes: bytes(9),
  droppedAttributesCount: varint(10),
  events: bytes(11),
  droppedEventsCount: varint(12),
  links: bytes(13),
  droppedLinksCount: varint(14),
  status: bytes(15),
  flags: fixed32(16),
} as const;

export const EVENT = { timeUnixNano: fixed64(1), name: bytes(2), attributes: bytes(3), droppedAttributesCount: varint(4) } as const;

export const LINK = {
  traceId: bytes(1),
  spanId: bytes(2),
  traceState: bytes(3),
  attributes: bytes(4),
  droppedAttributesCount: varint(5),
  flags: fixed32(6),
} as const;

export const STATUS = { message: bytes(2), code: varint(3) } as const;

export const KEY_VALUE = { key: bytes(1), value: bytes(2) } as const;

export const ANY_VALUE = {
  string: bytes(1),
  bool: varint(2),
  int: varint(3),
  double: fixed64(4),
  array: bytes(5),
  kvlist: bytes(6),
  bytes: bytes(7),
} as const;

/** ArrayValue.values and KeyValueList.values. */
export const LIST = { values: bytes(1) } as const;

export const RESPONSE = { partialSuccess: bytes(1) } as const;
export const PARTIAL_SUCCESS = { rejectedSpans: varint(1), errorMessage: bytes(2) } as const;

/** google.rpc.Status, google.protobuf.Any, google.rpc.RetryInfo, google.protobuf.Duration. */
export const RPC_STATUS = { code: varint(1), message: bytes(2), details: bytes(3) } as const;
export const ANY = { typeUrl: bytes(1), value: bytes(2) } as const;
export const RETRY_INFO = { retryDelay: bytes(1) } as const;
export const DURATION = { seconds: varint(1), nanos: varint(2) } as const;
