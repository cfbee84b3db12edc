import { withoutLogin } from '#base';
import type { ProblemCollector } from './configuration-error.js';
import { isOwnEndpoint } from './own-endpoint.js';
import type { Environment } from './read-environment.js';
import type { Configuration, Declared } from './settings/configuration.js';
import { formatBytes } from './settings/units.js';

/** The names in lower case, and values, that the metadata of gRPC has. A name that ends with -bin has bytes. */
const GRPC_NAME = /^[0-9a-z_.-]+$/;
const GRPC_VALUE = /^[ -~]*$/;
/** Further headers of a connection, which HTTP/2 forbids. */
const HTTP1_HEADER = /^(proxy-connection|http2-settings)$/;

/** The directory of `storage.type: disk` without a path. */
const DEFAULT_STORAGE_PATH = '/var/lib/betrace';

/** Derives the values that depend on several keys, and adds notices for the user. */
export function decide(
  declared: Declared,
  environment: Environment,
  problems: ProblemCollector,
  exports = true,
): { readonly configuration: Configuration; readonly notices: readonly string[] } {
  const notices: string[] = [];
  const storage = decideStorage(declared, notices);
  const host = decideHost(declared, notices);
  const durable = storage.type === 'disk' || declared.storage.databaseUrl !== undefined || declared.kafka.brokers.length > 0;
  const mode = declared.process.environment ?? (durable ? 'production' : 'development');
  checkPorts(declared, problems);
  checkLimits(declared, problems);
  checkTls(declared, problems);
  checkOidc(declared, problems);
  checkKafka(declared, problems);
  checkTracing(declared, host, problems);
  for (const section of ['otlp', 'tracing'] as const) checkGrpcHeaders(section, declared[section], problems);

  if (!durable && !declared.process.testMode) {
    notices.push('spans, rules and violations are kept in memory only; to keep them: --storage-path=DIRECTORY or BETRACE_STORAGE_PATH');
  }
  if (exports && declared.otlp.endpoint === undefined) {
    notices.push('violations are not exported; to export them as OTLP spans: --otel-endpoint=HOST:4317 or OTEL_EXPORTER_OTLP_ENDPOINT');
  }
  const { signatureKeyEnv } = declared.compliance;
  const signatureKey = declared.compliance.signatureKey ?? (environment[signatureKeyEnv]?.trim() || undefined);
  const configuration: Configuration = {
    ...declared,
    server: { ...declared.server, host, allowedHosts: decideHosts(declared, host) },
    storage,
    compliance: { ...declared.compliance, signatureKey },
    process: { ...declared.process, environment: mode },
  };
  return { configuration, notices };
}

function decideStorage({ storage, process }: Declared, notices: string[]): Configuration['storage'] {
  const type = storage.type ?? (storage.path === undefined || process.testMode ? 'memory' : 'disk');
  if (type === 'disk') return { ...storage, type, path: storage.path ?? DEFAULT_STORAGE_PATH };
  if (storage.path !== undefined) {
    notices.push(
      `nothing is kept in ${storage.path}: ${storage.type === 'memory' ? 'storage.type is memory' : 'test mode keeps everything in memory'}`,
    );
  }
  return { ...storage, type, path: undefined };
}

/** Without a key every client may do everything, so the server listens on loopback unless a host is configured. */
function decideHost({ server, authentication, process }: Declared, notices: string[]): string {
  const open = isOpen(authentication);
  const host = server.host ?? (open ? '127.0.0.1' : '0.0.0.0');
  if (!open || process.testMode) return host;
  if (server.host === undefined) {
    notices.push(
      'only this machine reaches the ports, because no API key is set; to open them: BETRACE_API_KEY or BETRACE_API_KEYS_FILE, or without a key --host=0.0.0.0',
    );
  } else if (!isLoopback(host)) {
    notices.push(
      `everyone who reaches ${host} may read violations, change rules and send spans, because no API key is set; to protect it: BETRACE_API_KEY or BETRACE_API_KEYS_FILE`,
    );
  }
  return host;
}

/** Without a key a page in a browser on this machine could send requests too. The host name in its requests identifies it. */
function decideHosts({ server, authentication }: Declared, host: string): readonly string[] {
  return server.allowedHosts.length === 0 && isOpen(authentication) && isLoopback(host) ? ['localhost'] : server.allowedHosts;
}

/** Whether every client may do everything. */
function isOpen({ apiKey, apiKeysFile, oidcIssuer }: Declared['authentication']): boolean {
  return [apiKey, apiKeysFile, oidcIssuer].every((way) => way === undefined);
}

/** Whether an address is loopback: `127.0.0.0/8`, `::1`, or a name for them. */
function isLoopback(host: string): boolean {
  return /^127(\.\d{1,3}){3}$/.test(host) || host === '::1' || host === 'localhost';
}

function checkPorts({ server }: Declared, problems: ProblemCollector): void {
  const used = new Map<number, string>();
  const standard = server.standardPorts ? (['otlpGrpcPort', 'otlpHttpPort'] as const) : [];
  for (const key of ['httpPort', 'grpcPort', ...standard] as const) {
    const name = `server.${key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`;
    const other = used.get(server[key]);
    if (other !== undefined && server[key] !== 0) problems.add(name, name, `is ${server[key]}, and so is ${other}; give each its own port`);
    used.set(server[key], name);
  }
}

/** A request may be in memory three times: as received, decompressed, and as records on their way to the log. */
function checkLimits({ server }: Declared, problems: ProblemCollector): void {
  const least = 3 * server.requestLimit;
  if (server.inFlightLimit >= least) return;
  const message = `is ${formatBytes(server.inFlightLimit)}; it must be at least three times server.request_limit, ${formatBytes(least)}`;
  problems.add('server.in_flight_limit', 'server.in_flight_limit', message);
}

function checkTls({ server }: Declared, problems: ProblemCollector): void {
  const { tlsCertFile, tlsKeyFile, tlsClientCaFile } = server;
  const missing = (name: string, needed: string) => problems.add(name, name, `needs ${needed} too`);
  if (tlsCertFile !== undefined && tlsKeyFile === undefined) missing('server.tls_cert_file', 'server.tls_key_file (BETRACE_TLS_KEY_FILE)');
  if (tlsCertFile !== undefined) return;
  const needed = 'server.tls_cert_file (BETRACE_TLS_CERT_FILE)';
  if (tlsKeyFile !== undefined) missing('server.tls_key_file', needed);
  if (tlsClientCaFile !== undefined) missing('server.tls_client_ca_file', needed);
}

function checkOidc({ authentication: { oidcIssuer, oidcAudience, oidcConsoleClientId } }: Declared, problems: ProblemCollector): void {
  if (oidcConsoleClientId !== undefined && oidcIssuer === undefined) {
    const name = 'authentication.oidc_console_client_id';
    problems.add(name, name, 'needs authentication.oidc_issuer (BETRACE_OIDC_ISSUER) too');
  }
  if ((oidcIssuer === undefined) === (oidcAudience === undefined)) return;
  const [given, needed] =
    oidcAudience === undefined
      ? ['authentication.oidc_issuer', 'authentication.oidc_audience (BETRACE_OIDC_AUDIENCE)']
      : ['authentication.oidc_audience', 'authentication.oidc_issuer (BETRACE_OIDC_ISSUER)'];
  problems.add(given, given, `needs ${needed} too`);
}

function checkKafka({ kafka }: Declared, problems: ProblemCollector): void {
  if (kafka.saslMechanism !== undefined && (kafka.saslUsername === undefined || kafka.saslPassword === undefined)) {
    problems.add('kafka.sasl_mechanism', 'kafka.sasl_mechanism', 'needs kafka.sasl_username and KAFKA_SASL_PASSWORD too');
  }
  if (kafka.receiveTopics.length > 0 && kafka.brokers.length === 0) {
    problems.add('kafka.receive_topics', 'kafka.receive_topics', 'needs kafka.brokers (KAFKA_BROKERS) too');
  }
}

/** Refuses an endpoint of this server: each span about a request would cause another request. */
function checkTracing({ tracing, server }: Declared, host: string, problems: ProblemCollector): void {
  const { httpPort, grpcPort, standardPorts, otlpGrpcPort, otlpHttpPort } = server;
  const ports = [httpPort, grpcPort, ...(standardPorts ? [otlpGrpcPort, otlpHttpPort] : [])];
  if (tracing.endpoint === undefined || !isOwnEndpoint(tracing.endpoint, host, ports)) return;
  const message = `is ${withoutLogin(tracing.endpoint)}, a port of BeTrace itself, which does not judge spans about itself; name another receiver`;
  problems.add('tracing.endpoint', 'tracing.endpoint', message);
}

/** The metadata of gRPC is ASCII with few characters in names, and HTTP/2 forbids headers of a connection. Each export would fail. */
function checkGrpcHeaders(
  section: 'otlp' | 'tracing',
  { endpoint, protocol, headers }: Declared['otlp' | 'tracing'],
  problems: ProblemCollector,
): void {
  const isTaken = ([name, value]: readonly [string, string]): boolean =>
    GRPC_NAME.test(name) && !name.endsWith('-bin') && !HTTP1_HEADER.test(name) && GRPC_VALUE.test(value);
  if (endpoint === undefined || protocol !== 'grpc' || Object.entries(headers).every(isTaken)) return;
  const message =
    'has a header that gRPC does not take. A name has letters, digits, dots, - and _, and does not end with -bin; a value has printable ASCII. ' +
    `For others set ${section}.protocol to http/protobuf`;
  problems.add(`${section}.headers`, `${section}.headers`, message);
}
