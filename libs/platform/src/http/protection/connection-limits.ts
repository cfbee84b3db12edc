import type { Duplex } from 'node:stream';
import { Problem } from '../../problem-details/problem.js';
import { HTTP_PROBLEMS, type HttpProblemCode } from '../../problem-details/problems.js';

/** Options of Node's HTTP server, in milliseconds. */
export interface ConnectionLimits {
  readonly headersTimeout: number;
  readonly requestTimeout: number;
  readonly connectionsCheckingInterval: number;
}

const MAX_HEAD_MS = 30_000;

/**
 * How long Node waits for a request's head, and for the whole request. The latter is a little longer than our own timeout for the body, whose error says more.
 * @param timeout `server.request_timeout` in milliseconds
 */
export function connectionLimits(timeout: number): ConnectionLimits {
  const interval = Math.ceil(Math.min(5_000, timeout / 4));
  return {
    headersTimeout: Math.ceil(Math.min(MAX_HEAD_MS, timeout / 2)),
    requestTimeout: Math.ceil(timeout + 2 * interval),
    connectionsCheckingInterval: interval,
  };
}

const CODES: Readonly<Record<string, HttpProblemCode>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'BT_HTTP_TIMEOUT',
  HPE_HEADER_OVERFLOW: 'BT_HTTP_HEADERS_TOO_LARGE',
};

/** Answers an input that is not a complete request (no HTTP, head too large, too slow) with a problem, and closes the connection. */
export function refuseConnection(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const code = CODES[error.code ?? ''] ?? 'BT_HTTP_BAD_REQUEST';
  const { status, title } = HTTP_PROBLEMS[code];
  const detail = code === 'BT_HTTP_BAD_REQUEST' ? `this is not an HTTP request: ${error.message}` : HTTP_PROBLEMS[code].doc;
  const body = JSON.stringify(new Problem(code, detail).document());
  const head = `content-type: application/problem+json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close`;
  socket.end(`HTTP/1.1 ${status} ${title}\r\n${head}\r\n\r\n${body}`);
}
