import { status as grpcStatus } from '@grpc/grpc-js';
import { retryDelay } from '#otlp';

/**
 * What a failed export call means for its content:
 *
 * - `passing`: transient; the same call succeeds later.
 * - `configuration`: the same call succeeds after a setting is changed, here or at the endpoint.
 * - `refused`: permanent; the endpoint never accepts this content (OTLP forbids to send it again).
 * - `doubtful`: permanent according to OTLP, but failing endpoints answer like this too.
 */
export const REFUSAL_KINDS = ['passing', 'configuration', 'refused', 'doubtful'] as const;
export type RefusalKind = (typeof REFUSAL_KINDS)[number];

export interface Refusal {
  readonly kind: RefusalKind;
  /** For a metric's label: `http_413`, `grpc_invalid_argument`, `network`. */
  readonly reason: string;
  /** For people: the endpoint's text, and how to correct a configuration. */
  readonly message: string;
  /** Milliseconds until the next call, as the endpoint requests. */
  readonly retryAfter?: number;
}

export interface HttpRefusalDetails {
  /** Milliseconds until the next call, as the endpoint requests. */
  readonly retryAfter?: number;
  /** The answer is a page for people: it comes from a proxy before the OTLP receiver. */
  readonly page?: boolean;
}

/** An HTTP answer other than success. */
export class HttpRefusal extends Error {
  constructor(
    readonly status: number,
    text: string,
    readonly details: HttpRefusalDetails = {},
  ) {
    super(`HTTP ${status}${text === '' ? '' : ` ${text}`}`);
    this.name = 'HttpRefusal';
  }
}

/** The answer does not come from an OTLP receiver, whatever its status: a proxy, a login page, a load balancer of another protocol. */
export class NotOtlp extends Error {
  constructor(answer: string) {
    super(`no answer of an OTLP receiver: ${answer}`);
    this.name = 'NotOtlp';
  }
}

/**
 * OTLP/HTTP, "Failures": other 4xx are refused, other 5xx doubtful. 499 is nginx's, 520 to 530 are Cloudflare's (525 and 526 concern the origin's certificate),
 * 511 is a captive portal's.
 */
const HTTP: Readonly<Record<number, RefusalKind>> = {
  401: 'configuration',
  402: 'configuration',
  403: 'configuration',
  404: 'configuration',
  405: 'configuration',
  406: 'configuration',
  407: 'configuration',
  408: 'passing',
  410: 'configuration',
  415: 'configuration',
  421: 'configuration',
  425: 'passing',
  426: 'configuration',
  429: 'passing',
  499: 'passing',
  502: 'passing',
  503: 'passing',
  504: 'passing',
  505: 'configuration',
  511: 'configuration',
  520: 'passing',
  521: 'passing',
  522: 'passing',
  523: 'passing',
  524: 'passing',
  525: 'configuration',
  526: 'configuration',
  527: 'passing',
  530: 'passing',
};

/** Means "too large" even on an HTML page. */
const TOO_LARGE = 413;

/** OTLP/gRPC, "Failures". RetryInfo distinguishes the two kinds of RESOURCE_EXHAUSTED. */
const GRPC: Readonly<Record<number, RefusalKind>> = {
  [grpcStatus.CANCELLED]: 'passing',
  [grpcStatus.UNKNOWN]: 'doubtful',
  [grpcStatus.INVALID_ARGUMENT]: 'refused',
  [grpcStatus.DEADLINE_EXCEEDED]: 'passing',
  [grpcStatus.NOT_FOUND]: 'configuration',
  [grpcStatus.ALREADY_EXISTS]: 'refused',
  [grpcStatus.PERMISSION_DENIED]: 'configuration',
  [grpcStatus.RESOURCE_EXHAUSTED]: 'doubtful',
  [grpcStatus.FAILED_PRECONDITION]: 'doubtful',
  [grpcStatus.ABORTED]: 'passing',
  [grpcStatus.OUT_OF_RANGE]: 'passing',
  [grpcStatus.UNIMPLEMENTED]: 'configuration',
  [grpcStatus.INTERNAL]: 'doubtful',
  [grpcStatus.UNAVAILABLE]: 'passing',
  [grpcStatus.DATA_LOSS]: 'passing',
  [grpcStatus.UNAUTHENTICATED]: 'configuration',
};

/** What to check, by the endpoint's answer. */
const ADVICE: Readonly<Record<string, string>> = {
  http_401: 'check otlp.headers (OTEL_EXPORTER_OTLP_HEADERS)',
  http_403: 'check otlp.headers (OTEL_EXPORTER_OTLP_HEADERS)',
  http_404: 'check the path of otlp.endpoint (OTEL_EXPORTER_OTLP_ENDPOINT)',
  grpc_unauthenticated: 'check otlp.headers (OTEL_EXPORTER_OTLP_HEADERS)',
  grpc_permission_denied: 'check otlp.headers (OTEL_EXPORTER_OTLP_HEADERS)',
  grpc_unimplemented: 'check that otlp.endpoint (OTEL_EXPORTER_OTLP_ENDPOINT) takes traces over OTLP/gRPC',
  not_otlp: 'check otlp.endpoint and otlp.protocol (OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_PROTOCOL), and the proxies before it',
  no_http: 'check otlp.endpoint and otlp.protocol (OTEL_EXPORTER_OTLP_PROTOCOL): port 4317 mostly speaks gRPC, 4318 HTTP',
  tls: 'check the certificates, and whether otlp.endpoint begins with https',
};

/** Node's parser errors, which no retry resolves. */
const NO_HTTP = /^HPE_/;
const TLS = /^(ERR_TLS|ERR_SSL|EPROTO$|CERT_|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_(VERIFY|GET_ISSUER))/;

/** Advice about a wrong configuration, by reason. */
type Advise = (reason: string) => string;

/** The meaning of an error of an export call. Unknown errors are transient. */
export function refusalOf(error: unknown, advise: Advise = adviseOtlp): Refusal {
  const refusal = refusalBy(advise);
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof HttpRefusal) {
    return refusal(httpKind(error), `http_${error.status}`, message, error.details.retryAfter);
  }
  if (error instanceof NotOtlp) return refusal('configuration', 'not_otlp', message);
  const { code } = error as { readonly code?: unknown };
  if (typeof code === 'number' && GRPC[code] !== undefined) return grpcRefusal(code, message, error, refusal);
  if (typeof code === 'string' && NO_HTTP.test(code)) return refusal('configuration', 'no_http', message);
  if (typeof code === 'string' && TLS.test(code)) return refusal('configuration', 'tls', message);
  return refusal('passing', 'network', message);
}

/** A page that says 400 comes from a proxy, not from the trace backend. It does not prove that a violation is bad. */
function httpKind({ status, details }: HttpRefusal): RefusalKind {
  const kind = HTTP[status] ?? (status >= 500 ? 'doubtful' : status >= 400 ? 'refused' : 'configuration');
  return kind === 'refused' && details.page === true && status !== TOO_LARGE ? 'doubtful' : kind;
}

function grpcRefusal(code: number, message: string, error: unknown, refusal: ReturnType<typeof refusalBy>): Refusal {
  const delay = grpcDelay(error);
  const kind = code === grpcStatus.RESOURCE_EXHAUSTED && delay !== undefined ? 'passing' : GRPC[code]!;
  return refusal(kind, `grpc_${grpcStatus[code]!.toLowerCase()}`, message, delay);
}

function grpcDelay(error: unknown): number | undefined {
  const { metadata } = error as { readonly metadata?: { get(name: string): readonly unknown[] } };
  const [details] = metadata?.get('grpc-status-details-bin') ?? [];
  if (!(details instanceof Uint8Array)) return undefined;
  try {
    return retryDelay(details);
  } catch {
    return undefined;
  }
}

const adviseOtlp: Advise = (reason) => ADVICE[reason] ?? 'check the settings of otlp';

function refusalBy(advise: Advise) {
  return (kind: RefusalKind, reason: string, message: string, retryAfter?: number): Refusal => {
    const advice = kind === 'configuration' ? `; ${advise(reason)}` : '';
    return { kind, reason, message: message + advice, ...(retryAfter === undefined ? {} : { retryAfter }) };
  };
}
