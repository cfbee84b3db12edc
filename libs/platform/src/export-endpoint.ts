import { addressWithoutLogin } from '#base';

/** The protocols of the export: the values of OTEL_EXPORTER_OTLP_PROTOCOL. */
export type ExportProtocol = 'grpc' | 'http/protobuf' | 'http/json';

const HAS_SCHEME = /^[a-z][a-z0-9+.-]*:\/\//i;
const TRACES_PATH = '/v1/traces';

/**
 * The URL for an OTLP exporter from a configured endpoint: `tempo:4317` (plaintext, like `http://`), `http://tempo:4317`, `https://otlp.example.com`. For the
 * HTTP protocols it ends with `/v1/traces`.
 */
export function exportUrl(endpoint: string, protocol: ExportProtocol): string {
  const text = endpoint.trim();
  const url = new URL(HAS_SCHEME.test(text) ? text : `http://${text}`);
  if (protocol === 'grpc') return `${url.protocol}//${url.host}`;
  const path = url.pathname.replace(/\/+$/, '');
  url.pathname = path.endsWith(TRACES_PATH) ? path : path + TRACES_PATH;
  return url.href;
}

/** An address for logs: without user, password, query and fragment, which may be secrets. `base` resolves a relative one. */
export function shownAddress(url: string, base?: string): string {
  return addressWithoutLogin(url, base) ?? 'an invalid address';
}
