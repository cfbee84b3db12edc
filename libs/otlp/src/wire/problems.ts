/**
 * The errors of the OTLP wire format, by code. `status` is the receiver's HTTP status; `{…}` parts are filled in when the error is made. Every sentence says
 * what was found, where, and what to do about it.
 */
export const OTLP_PROBLEMS = {
  BT_OTLP_MALFORMED: {
    status: 400,
    sentence:
      'The protobuf message is malformed at byte {offset}: {what}. Send an ExportTraceServiceRequest as application/x-protobuf, or JSON as application/json.',
  },
  BT_OTLP_TOO_DEEP: {
    status: 400,
    sentence: 'A value is nested deeper than {limit} levels at {where}. Flatten the attribute before it is sent.',
  },
  BT_OTLP_TOO_LARGE: {
    status: 413,
    sentence: 'The request has {size} bytes, more than the {limit} that one request may have. Send smaller batches.',
  },
  BT_OTLP_JSON_SYNTAX: {
    status: 400,
    sentence: 'The body is not JSON: {what}. Send UTF-8 JSON, or protobuf as application/x-protobuf.',
  },
  BT_OTLP_JSON_FIELD: {
    status: 400,
    sentence: '{path}: {what}. See the OTLP/JSON encoding: lowerCamelCase names, ids as hex text, 64-bit integers as text or number.',
  },
  BT_OTLP_SPAN_FIELD: {
    status: 400,
    sentence: 'The spans do not have the form of POST /v1/spans: {what}.',
  },
} as const;

export type OtlpProblemCode = keyof typeof OTLP_PROBLEMS;

// Retired codes, never to be used again: none so far.
