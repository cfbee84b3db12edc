import { createServer } from 'node:net';
import * as grpc from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HeldLog } from '../../../../../test/fixtures/ingest/held-log.js';
import { aRequest, aSpan, bytesOf } from '../../../../../test/fixtures/ingest/requests.js';
import { decodeRetryDelay } from '../../../../../test/fixtures/ingest/retry-info.js';
import { loggedSpans, openMemoryLog, type RunningIngest, startIngest } from '../../../../../test/fixtures/ingest/start-ingest.js';

const LIMIT = 200_000;
const PATH = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';
const GZIP = { 'grpc.default_compression_algorithm': grpc.compressionAlgorithms.gzip };

const asIs = (bytes: Buffer) => bytes;
interface Answer {
  readonly code: number;
  readonly details: string;
  readonly body: Buffer;
  /** Milliseconds of RetryInfo. */
  readonly retryDelay: number | undefined;
}

async function send(
  port: number,
  body: Uint8Array,
  headers: Record<string, string> = {},
  options: grpc.ClientOptions = {},
  call: grpc.CallOptions = {},
): Promise<Answer> {
  const client = new grpc.Client(`127.0.0.1:${port}`, grpc.credentials.createInsecure(), options);
  const metadata = new grpc.Metadata();
  for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
  try {
    return await new Promise((resolve) => {
      client.makeUnaryRequest(PATH, asIs, asIs, Buffer.from(body), metadata, call, (error, response) => {
        const details = error?.metadata.get('grpc-status-details-bin')[0];
        const retryDelay = details === undefined ? undefined : decodeRetryDelay(details as Buffer);
        resolve({ code: error?.code ?? grpc.status.OK, details: error?.details ?? '', body: response ?? Buffer.alloc(0), retryDelay });
      });
    });
  } finally {
    client.close();
  }
}

describe('OTLP/gRPC', () => {
  let ingest: RunningIngest;
  let port: number;
  beforeAll(async () => {
    ingest = await startIngest({ BETRACE_REQUEST_LIMIT: String(LIMIT), BETRACE_OTLP_STANDARD_PORTS: 'true' });
    port = ingest.grpcPorts[0] ?? 0;
  });
  afterAll(() => ingest.stop());

  it('answers success when the spans are in the log', async () => {
    const answer = await send(port, bytesOf(aRequest([aSpan({ name: 'over gRPC' })])));
    expect(answer).toMatchObject({ code: grpc.status.OK, body: Buffer.alloc(0) });
    expect((await loggedSpans(ingest.log)).map(({ span }) => span)).toContainEqual(aSpan({ name: 'over gRPC' }));
  });

  it('takes gzip', async () => {
    expect((await send(port, bytesOf(aRequest()), {}, GZIP)).code).toBe(grpc.status.OK);
  });

  it('serves the same on port 4317', async () => {
    expect(ingest.grpcPorts).toHaveLength(2);
    expect((await send(ingest.grpcPorts[1] ?? 0, bytesOf(aRequest()))).code).toBe(grpc.status.OK);
  });

  it('names the spans that it rejected', async () => {
    const { code, body } = await send(port, bytesOf(aRequest([aSpan(), aSpan({ spanId: 'abcd' })])));
    expect(code).toBe(grpc.status.OK);
    expect(body.toString('latin1')).toContain('1 span: span_id is not 8 bytes');
  });

  it('refuses malformed protobuf permanently', async () => {
    expect(await send(port, Buffer.from('hello'))).toMatchObject({
      code: grpc.status.INVALID_ARGUMENT,
      details: expect.stringContaining('BT_OTLP_MALFORMED'),
      retryDelay: undefined,
    });
  });

  it.each([
    ['too large', {}],
    ['too large after decompression', GZIP],
  ])('refuses %s permanently', async (_, options) => {
    const answer = await send(port, new Uint8Array(LIMIT + 1), {}, options);
    expect(answer).toMatchObject({ code: grpc.status.RESOURCE_EXHAUSTED, retryDelay: undefined });
  });
});

describe('OTLP/gRPC under trouble', () => {
  it('stops checking keys of an address that guesses, with a retry hint, and still accepts known keys', async () => {
    const ingest = await startIngest({ BETRACE_API_KEY: 'sesame', BETRACE_WRONG_KEY_LIMIT: '3' });
    const [port = 0] = ingest.grpcPorts;
    const codes = async (keys: readonly string[]) => {
      const answered: (number | undefined)[] = [];
      for (const key of keys) answered.push((await send(port, bytesOf(aRequest()), { 'x-api-key': key })).code);
      return answered;
    };
    const { OK, UNAUTHENTICATED, UNAVAILABLE } = grpc.status;
    expect(await codes(['sesame', 'a', 'a', 'b', 'c', 'd', 'sesame'])).toEqual([
      OK,
      UNAUTHENTICATED,
      UNAUTHENTICATED,
      UNAUTHENTICATED,
      UNAUTHENTICATED,
      UNAVAILABLE,
      OK,
    ]);
    await ingest.stop();
  });

  it('requires the API key', async () => {
    const ingest = await startIngest({ BETRACE_API_KEY: 'sesame' });
    const [port = 0] = ingest.grpcPorts;
    expect((await send(port, bytesOf(aRequest()))).code).toBe(grpc.status.UNAUTHENTICATED);
    expect((await send(port, bytesOf(aRequest()), { 'x-api-key': 'sesame' })).code).toBe(grpc.status.OK);
    await ingest.stop();
  });

  it('sends a retry hint to a caller with a short deadline before it expires', async () => {
    const log = new HeldLog(await openMemoryLog(4));
    const ingest = await startIngest({ BETRACE_APPEND_TIMEOUT: '60s' }, log);
    const [port = 0] = ingest.grpcPorts;
    log.hold();
    const call = () => send(port, bytesOf(aRequest()), {}, {}, { deadline: Date.now() + 3_000 });
    let answer = await call();
    // When the machine stalls for the time between the hint and the deadline, the deadline is first.
    for (let again = 0; again < 5 && answer.code === grpc.status.DEADLINE_EXCEEDED; again++) answer = await call();
    expect(answer).toMatchObject({ code: grpc.status.UNAVAILABLE, retryDelay: 1_000 });
    log.release();
    await ingest.stop();
  });

  it('answers UNAVAILABLE with RetryInfo when the log does not confirm in time', async () => {
    const log = new HeldLog(await openMemoryLog(4));
    const ingest = await startIngest({ BETRACE_APPEND_TIMEOUT: '50ms' }, log);
    const [port = 0] = ingest.grpcPorts;
    log.hold();
    const answer = await send(port, bytesOf(aRequest()));
    expect(answer).toMatchObject({ code: grpc.status.UNAVAILABLE, retryDelay: 1_000, details: expect.stringContaining('50 ms') });
    log.release();
    await ingest.stop();
  });

  it('finishes pending calls when it stops', async () => {
    const log = new HeldLog(await openMemoryLog(4));
    const ingest = await startIngest({}, log);
    log.hold();
    const answer = send(ingest.grpcPorts[0] ?? 0, bytesOf(aRequest()));
    await log.held();
    const stopped = ingest.app.close();
    setTimeout(() => log.release(), 50);
    expect((await answer).code).toBe(grpc.status.OK);
    await stopped;
    expect(await loggedSpans(log)).toHaveLength(1);
    await log.close();
  });

  it('says which port is taken, and how to choose another', async () => {
    const blocker = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => blocker.once('listening', resolve));
    const { port } = blocker.address() as { port: number };
    const failed = startIngest({ BETRACE_GRPC_PORT: String(port) });
    await expect(failed).rejects.toThrow(
      `port ${port} is taken by another process; stop that one, or choose another with --grpc-port=PORT`,
    );
    blocker.close();
  });
});
