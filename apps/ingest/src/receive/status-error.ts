import * as grpc from '@grpc/grpc-js';
import { encodeStatus } from '#otlp';
import type { Problem } from '#platform';
import { rpcStatus } from './status.js';

/** The error as a gRPC status, with google.rpc.Status (and its RetryInfo) in the trailers. */
export function statusError(problem: Problem, code?: number): grpc.ServiceError {
  const status = { ...rpcStatus(problem), ...(code === undefined ? {} : { code }) };
  const metadata = new grpc.Metadata();
  metadata.set('grpc-status-details-bin', Buffer.from(encodeStatus(status)));
  return Object.assign(new Error(status.message), { code: status.code, details: status.message, metadata });
}
