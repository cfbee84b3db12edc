import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { type Configuration, exportUrl, shownAddress } from '#platform';
import { type CheckResult, fail, off, ok } from './check-result.js';

const CONNECT_MS = 5_000;

/** Checks the export's endpoint: sends an empty request over HTTP, or opens a connection over gRPC. `clock` is the endpoint's time, Unix ms. */
export async function checkExport({ otlp }: Configuration): Promise<{ readonly found: CheckResult; readonly clock?: number }> {
  const { endpoint, protocol, headers } = otlp;
  if (endpoint === undefined) return { found: off('violations are not exported: OTEL_EXPORTER_OTLP_ENDPOINT is not set') };
  const url = exportUrl(endpoint, protocol);
  const address = shownAddress(url);
  try {
    if (protocol === 'grpc') {
      await connects(new URL(url));
      return { found: ok(`${address} accepts connections (GET /ready of a running server shows whether it accepts violations)`) };
    }
    const [type, body] = protocol === 'http/json' ? ['application/json', '{}'] : ['application/x-protobuf', new Uint8Array(0)];
    const answer = await fetch(url, {
      method: 'POST',
      headers: { ...headers, 'content-type': type },
      body,
      signal: AbortSignal.timeout(CONNECT_MS),
    });
    const date = Date.parse(answer.headers.get('date') ?? '');
    const clock = Number.isNaN(date) ? {} : { clock: date };
    const summary = `${address} answers ${answer.status} to an empty export`;
    return {
      found: answer.ok ? ok(summary) : fail(`${summary}; see its address, OTEL_EXPORTER_OTLP_PROTOCOL and OTEL_EXPORTER_OTLP_HEADERS`),
      ...clock,
    };
  } catch (error) {
    const { cause, message } = error as Error;
    // An address with a user is refused by fetch, whose error shows all of it.
    const reason = (cause instanceof Error ? cause.message : message).replaceAll(url, address);
    return { found: fail(`${address} does not answer: ${reason}`) };
  }
}

function connects({ protocol, hostname, port }: URL): Promise<void> {
  return new Promise((done, refused) => {
    const secure = protocol === 'https:';
    const to = { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || (secure ? 443 : 80)) };
    const opened = () => {
      socket.destroy();
      done();
    };
    const socket = secure ? connectTls({ ...to, servername: hostname }, opened) : connect(to, opened);
    socket.setTimeout(CONNECT_MS, () => socket.destroy(new Error(`no connection within ${CONNECT_MS} ms`)));
    socket.once('error', refused);
  });
}
