import { status as grpcStatus } from '@grpc/grpc-js';
import { retryDelay } from '#otlp';

/**
 * What a failed export call means for what it carried:
 *
 * - `passing`: nothing is wrong with it; the same call succeeds later.
 * - `configuration`: nothing is wrong with it; the same call succeeds when somebody has changed a setting, here or there.
 * - `refused`: the endpoint will never take it as it is (OTLP: it must not be sent again).
 * - `doubtful`: OTLP says so too, but endpoints also answer like this when they are out of order.
 */
export const REFUSAL_KINDS = ['passing', 'configuration', 'refused', 'doubtful'] as const;
export type RefusalKind = (typeof REFUSAL_KINDS)[number];

export interface Refusal {
  readonly kind: RefusalKind;
  /** What a metric's label can say: `http_413`, `grpc_invalid_argument`, `network`. */
  readonly reason: string;
  /** For people: the endpoint's own words, and what to do about a configuration. */
  readonly message: string;
  /** Milliseconds that the endpoint asks to wait before the next call. */
  readonly retryAfter?: number;
}

export interface HttpRefusalDetails {
  /** Milliseconds that the endpoint asks to wait. */
  readonly retryAfter?: number;
  /** The answer is a page for people: it is not the OTLP receiver that speaks, but something before it. */
  readonly page?: boolean;
}

/** An HTTP answer that is no success. */
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

/** What answers is no OTLP receiver, whatever its status says: a proxy, a login page, a load balancer of another protocol. */
export class NotOtlp extends Error {
  constructor(answer: string) {
    super(`no answer of an OTLP receiver: ${answer}`);
    this.name = 'NotOtlp';
  }
}

/**
 * OTLP/HTTP, "Failures": what is not named here is refused if it is 4xx, doubtful if it is 5xx. 499 is nginx's, 520 to 530 are
 * Cloudflare's (525 and 526: the certificate of what is behind it), 511 is a portal's.
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

/** "Too large" has this meaning also on an HTML page. */
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

/** What to check, by the answer of the endpoint. */
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

/** Node's codes of a conversation that no waiting mends. */
const NO_HTTP = /^HPE_/;
const TLS = /^(ERR_TLS|ERR_SSL|EPROTO$|CERT_|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_(VERIFY|GET_ISSUER))/;

/** What to look at when a configuration is wrong, by the reason. */
type Advise = (reason: string) => string;

/** The meaning of an error of an export call. Every error has one: an unknown one is passing. */
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
