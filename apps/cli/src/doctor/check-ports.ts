import { get as getHttp } from 'node:http';
import { get as getHttps } from 'node:https';
import { createServer } from 'node:net';
import { type Configuration, listenError } from '#platform';
import { type CheckResult, fail, ok, warn } from './check-result.js';

/** Timeout (ms) of a running server's readiness: a busy machine must not look like another program on the port. */
const ANSWER_MS = 10_000;

/** Checks whether the server could listen on its ports; if a BeTrace already runs there, its readiness. */
export async function checkPorts({ server }: Configuration): Promise<readonly (readonly [string, CheckResult])[]> {
  const { host, httpPort, grpcPort, standardPorts, otlpHttpPort, otlpGrpcPort } = server;
  const all: readonly (readonly [string, number, string, string])[] = [
    ['http port', httpPort, '--http-port', 'BETRACE_HTTP_PORT'],
    ['grpc port', grpcPort, '--grpc-port', 'BETRACE_GRPC_PORT'],
    ...(standardPorts
      ? ([
          ['otlp http port', otlpHttpPort, '--otlp-http-port', 'BETRACE_OTLP_HTTP_PORT'],
          ['otlp grpc port', otlpGrpcPort, '--otlp-grpc-port', 'BETRACE_OTLP_GRPC_PORT'],
        ] as const)
      : []),
  ];
  const running = await runs(httpPort, server.tlsCertFile !== undefined);
  const found: (readonly [string, CheckResult])[] = [];
  for (const [name, port, flag, env] of all) found.push([name, await checkPort(port, host, { flag, env }, running)]);
  return found;
}

async function checkPort(
  port: number,
  host: string,
  key: { flag: string; env: string },
  running: string | undefined,
): Promise<CheckResult> {
  try {
    await listen(port, host);
    return ok(`${host}:${port} is free`);
  } catch (error) {
    if (running !== undefined && (error as NodeJS.ErrnoException).code === 'EADDRINUSE')
      return running === 'ready'
        ? ok(`${port}: BeTrace runs, and is ready`)
        : warn(`${port}: BeTrace runs, and is ${running}; GET /ready says why`);
    return fail(listenError(error, port, host, key));
  }
}

function listen(port: number, host: string): Promise<void> {
  return new Promise((done, refused) => {
    const server = createServer();
    server.once('error', refused);
    server.listen({ port, host, exclusive: true }, () => server.close(() => done()));
  });
}

/** The readiness of a BeTrace that listens there; undefined if none does. Its certificate need not match this address, because nothing else is read. */
async function runs(port: number, secure: boolean): Promise<string | undefined> {
  try {
    const { status, checks } = JSON.parse(await readiness(port, secure)) as { readonly status?: unknown; readonly checks?: unknown };
    return typeof status === 'string' && checks !== undefined ? status : undefined;
  } catch {
    return undefined;
  }
}

function readiness(port: number, secure: boolean): Promise<string> {
  return new Promise((resolve, reject) => {
    const to = { host: '127.0.0.1', port, path: '/ready', timeout: ANSWER_MS };
    const request = secure ? getHttps({ ...to, rejectUnauthorized: false }) : getHttp(to);
    request.on('timeout', () => request.destroy(new Error('no answer')));
    request.on('error', reject);
    request.on('response', (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (part: string) => {
        text += part;
      });
      answer.on('end', () => resolve(text));
    });
  });
}
