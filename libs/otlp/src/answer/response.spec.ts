import { describe, expect, it } from '@jest/globals';
import { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { schema } from '../../../../test/fixtures/otlp/schema.js';
import { encodeExportResponse, exportResponseJson } from './response.js';
import { retryDelay } from './retry-delay.js';
import { encodeStatus, statusJson } from './status.js';

describe('answers to senders', () => {
  it('a full success has no partial_success', () => {
    expect(encodeExportResponse()).toEqual(new Uint8Array(0));
    expect(exportResponseJson()).toBe('{}');
  });

  it('the OpenTelemetry SDK understands a partial success', () => {
    const partial = { rejectedSpans: 300, errorMessage: '300 spans: trace_id is not 16 bytes' };
    expect(ProtobufTraceSerializer.deserializeResponse(encodeExportResponse(partial))).toEqual({ partialSuccess: partial });
    expect(JSON.parse(exportResponseJson(partial))).toEqual({ partialSuccess: { ...partial, rejectedSpans: '300' } });
    expect(JsonTraceSerializer.deserializeResponse(new TextEncoder().encode(exportResponseJson(partial)))).toMatchObject({
      partialSuccess: { errorMessage: partial.errorMessage },
    });
  });

  it('a google.rpc.Status contains code, message and retry delay', () => {
    const status = { code: 14, message: 'the log is not writable', retryAfter: 1500 };
    const decoded = schema.status.toObject(schema.status.decode(encodeStatus(status))) as {
      code: number;
      message: string;
      details: { type_url: string; typeUrl: string; value: Uint8Array }[];
    };
    expect(decoded).toMatchObject({ code: 14, message: status.message });
    expect(decoded.details[0]!.typeUrl).toBe('type.googleapis.com/google.rpc.RetryInfo');
    const info = schema.retryInfo.toObject(schema.retryInfo.decode(decoded.details[0]!.value), { longs: Number });
    expect(info).toEqual({ retryDelay: { seconds: 1, nanos: 500_000_000 } });
    expect(JSON.parse(statusJson(status))).toEqual({
      code: 14,
      message: status.message,
      details: [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '1.5s' }],
    });
  });

  it('a delay reads back as written, and as undefined without one', () => {
    for (const retryAfter of [0, 1, 999, 1_500, 86_400_000]) {
      expect(retryDelay(encodeStatus({ code: 8, message: 'later', retryAfter }))).toBe(retryAfter);
    }
    expect(retryDelay(encodeStatus({ code: 8, message: 'never' }))).toBeUndefined();
    expect(() => retryDelay(new Uint8Array([0x1a, 0xff]))).toThrow();
  });

  it('a status without delay has no details', () => {
    expect(schema.status.toObject(schema.status.decode(encodeStatus({ code: 3, message: 'bad' })))).toEqual({ code: 3, message: 'bad' });
    expect(JSON.parse(statusJson({ code: 3, message: 'bad' }))).toEqual({ code: 3, message: 'bad', details: [] });
  });
});
