/** Maximum bytes of one request, also after decompression: the size that the OTLP specification recommends. */
export const MAX_REQUEST_BYTES = 64 * 1024 * 1024;

/**
 * Maximum bytes of one record of the spans log. Kafka's default `max.message.bytes` is 1,048,588, which includes the record's key, headers and batch header.
 */
export const MAX_RECORD_BYTES = 1_000_000;

/** Maximum levels of arrays and key-value lists within an attribute value. */
export const MAX_VALUE_DEPTH = 64;

/** Positions in a request are kept as signed 32-bit integers. */
export const MAX_ADDRESSABLE_BYTES = 0x7fffffff;

/** Maximum of field errors in one OtlpError. */
export const MAX_FIELD_ERRORS = 20;
