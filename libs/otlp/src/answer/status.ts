import { ANY, DURATION, RETRY_INFO, RPC_STATUS } from '../wire/fields.js';
import { ProtobufWriter } from '../wire/protobuf-writer.js';

export const RETRY_INFO_TYPE = 'type.googleapis.com/google.rpc.RetryInfo';

/** google.rpc.Status: the body of every error answer to OTLP, and `grpc-status-details-bin`. */
export interface RpcStatus {
  /** google.rpc.Code, the gRPC status number: 3 INVALID_ARGUMENT, 8 RESOURCE_EXHAUSTED, 14 UNAVAILABLE … */
  readonly code: number;
  /** English, for developers. */
  readonly message: string;
  /** Milliseconds after which the sender should try again: sent as RetryInfo. */
  readonly retryAfter?: number;
}

export function encodeStatus({ code, message, retryAfter }: RpcStatus): Uint8Array {
  const writer = new ProtobufWriter();
  writer.int32(RPC_STATUS.code, code);
  writer.text(RPC_STATUS.message, message);
  if (retryAfter !== undefined) {
    writer.message(RPC_STATUS.details, retryAfter, (any, delay) => {
      any.text(ANY.typeUrl, RETRY_INFO_TYPE);
      any.blob(ANY.value, encodeRetryInfo(delay));
    });
  }
  return writer.finish();
}

export function statusJson({ code, message, retryAfter }: RpcStatus): string {
  const details = retryAfter === undefined ? [] : [{ '@type': RETRY_INFO_TYPE, retryDelay: `${retryAfter / 1000}s` }];
  return JSON.stringify({ code, message, details });
}

function encodeRetryInfo(delay: number): Uint8Array {
  const writer = new ProtobufWriter();
  writer.message(RETRY_INFO.retryDelay, delay, (duration, milliseconds) => {
    duration.int64(DURATION.seconds, Math.floor(milliseconds / 1000));
    duration.int32(DURATION.nanos, Math.round((milliseconds % 1000) * 1_000_000));
  });
  return writer.finish();
}
