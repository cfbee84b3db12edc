import { encodeStatus, type PartialSuccess, type RpcStatus, statusJson } from '#otlp';
import type { ErrorRenderer, Problem } from '#platform';
import type { TakenRequest } from '../intake/intake.js';
import { JSON_TYPE, mediaType, PROTOBUF_TYPE } from './media-type.js';

/** gRPC status numbers (google.rpc.Code) that BeTrace answers. */
export const GRPC_CODES = {
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  UNAUTHENTICATED: 16,
} as const;

/** A sender retries by the number alone: for UNAVAILABLE and DEADLINE_EXCEEDED. */
const CODE_OF_STATUS: Readonly<Record<number, number>> = {
  400: GRPC_CODES.INVALID_ARGUMENT,
  401: GRPC_CODES.UNAUTHENTICATED,
  403: GRPC_CODES.PERMISSION_DENIED,
  404: GRPC_CODES.NOT_FOUND,
  408: GRPC_CODES.DEADLINE_EXCEEDED,
  413: GRPC_CODES.RESOURCE_EXHAUSTED,
  415: GRPC_CODES.INVALID_ARGUMENT,
  429: GRPC_CODES.UNAVAILABLE,
  503: GRPC_CODES.UNAVAILABLE,
};

/** A problem as google.rpc.Status; with RetryInfo when a retry makes sense. */
export function rpcStatus(problem: Problem): RpcStatus {
  const code = CODE_OF_STATUS[problem.status] ?? GRPC_CODES.INTERNAL;
  const status = { code, message: `${problem.code}: ${problem.detail}` };
  return problem.retryAfter === undefined ? status : { ...status, retryAfter: problem.retryAfter * 1_000 };
}

/** Answers an error of OTLP/HTTP: google.rpc.Status in the request's content type, JSON if that was neither of the two. */
export const renderStatus: ErrorRenderer = (problem, request, reply) => {
  const status = rpcStatus(problem);
  if (mediaType(request.headers['content-type']) === PROTOBUF_TYPE) reply.type(PROTOBUF_TYPE).send(Buffer.from(encodeStatus(status)));
  else reply.type(JSON_TYPE).send(statusJson(status));
};

/** The answer to an accepted request: why spans were rejected, or a warning about a suspicious request. */
export function partialSuccess({ rejected, rejections, warning }: TakenRequest): PartialSuccess | undefined {
  if (rejected === 0 && warning === undefined) return undefined;
  const reasons = rejections.map(({ spans, sentence }) => `${spans} ${spans === 1 ? 'span' : 'spans'}: ${sentence}`);
  if (warning !== undefined) reasons.push(warning.sentence);
  return { rejectedSpans: rejected, errorMessage: reasons.join('; ') };
}
