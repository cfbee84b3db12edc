import { bytes, duration, flag, hostNames, integer, origins, port, type Setting, text } from './setting.js';

const MiB = 1024 * 1024;
const SECOND = 1_000;

/** The server's addresses and limits. */
export const SERVER = {
  host: {
    type: text,
    env: ['BETRACE_HOST'],
    flag: '--host',
    doc: 'Address on which all ports listen. Unset: `127.0.0.1`, which only this machine reaches; `0.0.0.0` when an API key is set. The image sets `0.0.0.0`.',
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
    doc: 'Maximum size of a request body, before and after decompression. Larger ones are refused (413, RESOURCE_EXHAUSTED).',
  },
  inFlightLimit: {
    type: bytes,
    env: ['BETRACE_IN_FLIGHT_LIMIT'],
    default: 256 * MiB,
    doc: 'Maximum bytes of received spans that are not in the log yet. Above it, receivers answer 503 or UNAVAILABLE with a retry hint. One connection may hold a quarter of it, but at least two whole requests.',
  },
  requestTimeout: {
    type: duration,
    env: ['BETRACE_REQUEST_TIMEOUT'],
    default: 60 * SECOND,
    doc: 'How long a client may take to send a request. Longer uploads are refused (408, DEADLINE_EXCEEDED). Stalled ones are refused earlier when others need the memory (`server.in_flight_limit`).',
  },
  appendTimeout: {
    type: duration,
    env: ['BETRACE_APPEND_TIMEOUT'],
    default: 8 * SECOND,
    doc: 'How long a receiver waits for the log before it asks the client to retry.',
  },
  tlsCertFile: {
    type: text,
    env: ['BETRACE_TLS_CERT_FILE'],
    doc: 'File (PEM) with the certificates of the server and its issuers. With it all ports use TLS, HTTP and gRPC. It is read again when it changes.',
  },
  tlsKeyFile: {
    type: text,
    env: ['BETRACE_TLS_KEY_FILE'],
    doc: 'File (PEM) with the key of `server.tls_cert_file`.',
  },
  tlsClientCaFile: {
    type: text,
    env: ['BETRACE_TLS_CLIENT_CA_FILE'],
    doc: 'File (PEM) with certificate authorities: clients must have a certificate of one of them (mutual TLS). `/`, `/health`, `/ready`, `/docs` and the files of `/ui` need none over HTTP.',
  },
  allowedHosts: {
    type: hostNames,
    env: ['BETRACE_ALLOWED_HOSTS'],
    default: [],
    doc: 'Host names of this server, like `betrace.example.com`. Requests for other hosts are refused (421); IP addresses and `localhost` are always accepted. Empty: every name is accepted, or none on loopback without a key and an issuer.',
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
    doc: 'Maximum of requests per minute to the REST API from one API key, or from one address if no key is set. Further ones are refused (429). 0: no limit. Requests with spans are not counted.',
  },
  drainPeriod: {
    type: duration,
    env: ['BETRACE_DRAIN_PERIOD'],
    default: 0,
    doc: 'How long `/ready` answers 503 after SIGTERM while requests are still served, so that a load balancer stops routing before the ports close. The image sets 5 s; a second signal ends it.',
  },
  shutdownTimeout: {
    type: duration,
    env: ['BETRACE_SHUTDOWN_TIMEOUT'],
    default: 15 * SECOND,
    doc: 'How long an orderly stop may take, after the drain period, before the process ends anyway. The program that stops the process must wait longer than both together. The chart computes its time; systemd (`TimeoutStopSec`), Compose (`stop_grace_period`) and the ECS tasks (`stopTimeout`) have one in their files.',
  },
} as const satisfies Readonly<Record<string, Setting<unknown>>>;
