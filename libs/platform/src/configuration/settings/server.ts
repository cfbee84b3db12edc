import { bytes, duration, flag, hostNames, integer, origins, port, type Setting, text } from '../setting.js';

const MiB = 1024 * 1024;
const SECOND = 1_000;

/** The server's addresses and limits. */
export const SERVER = {
  host: {
    type: text,
    env: ['BETRACE_HOST'],
    flag: '--host',
    doc: 'Address that all ports listen on. Unset: `127.0.0.1`, which only this machine reaches; `0.0.0.0` when an API key is set. The image sets `0.0.0.0`.',
  },
  httpPort: {
    type: port,
    env: ['BETRACE_HTTP_PORT'],
    flag: '--http-port',
    default: 12_011,
    doc: 'REST API, OTLP/HTTP, metrics, console.',
  },
  grpcPort: { type: port, env: ['BETRACE_GRPC_PORT'], flag: '--grpc-port', default: 12_012, doc: 'OTLP/gRPC.' },
  standardPorts: {
    type: flag,
    env: ['BETRACE_OTLP_STANDARD_PORTS'],
    flag: '--standard-ports',
    default: false,
    doc: "Listens for OTLP also on OpenTelemetry's own ports (`server.otlp_grpc_port`, `server.otlp_http_port`).",
  },
  otlpGrpcPort: {
    type: port,
    env: ['BETRACE_OTLP_GRPC_PORT'],
    default: 4317,
    doc: 'Second OTLP/gRPC port, when `server.standard_ports` is on.',
  },
  otlpHttpPort: {
    type: port,
    env: ['BETRACE_OTLP_HTTP_PORT'],
    default: 4318,
    doc: 'Second OTLP/HTTP port, when `server.standard_ports` is on.',
  },
  requestLimit: {
    type: bytes,
    env: ['BETRACE_REQUEST_LIMIT'],
    default: 64 * MiB,
    doc: 'Largest request body, also after decompression. Larger ones are refused (413, RESOURCE_EXHAUSTED).',
  },
  inFlightLimit: {
    type: bytes,
    env: ['BETRACE_IN_FLIGHT_LIMIT'],
    default: 256 * MiB,
    doc: 'Bytes of spans received and not yet in the log, at most; beyond it receivers answer 503 or UNAVAILABLE with a retry hint. One connection may hold a quarter of it, and two whole requests at least.',
  },
  requestTimeout: {
    type: duration,
    env: ['BETRACE_REQUEST_TIMEOUT'],
    default: 60 * SECOND,
    doc: 'How long a client may take to send a request. Uploads that take longer are refused (408, DEADLINE_EXCEEDED), and those that stall sooner when others need the room (`server.in_flight_limit`).',
  },
  appendTimeout: {
    type: duration,
    env: ['BETRACE_APPEND_TIMEOUT'],
    default: 8 * SECOND,
    doc: 'How long a receiver waits for the log before it answers that the client should retry.',
  },
  tlsCertFile: {
    type: text,
    env: ['BETRACE_TLS_CERT_FILE'],
    doc: 'File (PEM) with the certificate of the server and those of its issuers: all ports speak TLS then, HTTP and gRPC. It is read again when it changes.',
  },
  tlsKeyFile: {
    type: text,
    env: ['BETRACE_TLS_KEY_FILE'],
    doc: 'File (PEM) with the key of `server.tls_cert_file`.',
  },
  tlsClientCaFile: {
    type: text,
    env: ['BETRACE_TLS_CLIENT_CA_FILE'],
    doc: 'File (PEM) with authorities: clients must show a certificate of one of them (mutual TLS). `/`, `/health`, `/ready`, `/docs` and the files of `/ui` need none over HTTP.',
  },
  allowedHosts: {
    type: hostNames,
    env: ['BETRACE_ALLOWED_HOSTS'],
    default: [],
    doc: 'Names by which this server is known, like `betrace.example.com`: requests for other hosts are refused (421). Addresses and `localhost` are always known. Empty: every name is, or none where there is neither a key nor an issuer and only this machine reaches the ports.',
  },
  corsOrigins: {
    type: origins,
    env: ['BETRACE_CORS_ORIGINS'],
    default: [],
    doc: 'Origins whose pages may use the API and send spans from a browser, like `https://shop.example.com`; `*` for all. Empty: none but the server itself.',
  },
  rateLimit: {
    type: integer(0, 1_000_000_000),
    env: ['BETRACE_RATE_LIMIT'],
    default: 12_000,
    doc: 'Requests to the REST API that one API key, or one address where no key is set, may make in a minute; beyond it they are refused (429). 0: no limit. Senders of spans are not counted.',
  },
  drainPeriod: {
    type: duration,
    env: ['BETRACE_DRAIN_PERIOD'],
    default: 0,
    doc: 'After SIGTERM `/ready` says 503 for so long while requests are still taken, so that a load balancer sends them elsewhere before the ports close. The image sets 5 s; a second signal ends it.',
  },
  shutdownTimeout: {
    type: duration,
    env: ['BETRACE_SHUTDOWN_TIMEOUT'],
    default: 15 * SECOND,
    doc: 'How long an orderly stop may take, after the drain period, before the process ends anyway.',
  },
} as const satisfies Readonly<Record<string, Setting<unknown>>>;
