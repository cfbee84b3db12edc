import { Client, credentials, status as grpcStatus, type ServiceDefinition, type ServiceError } from '@grpc/grpc-js';
import { afterEach, describe, expect, it } from '@jest/globals';
import { service } from 'grpc-health-check';
import { BeTrace } from '../harness/betrace.js';
import { eventually } from '../harness/eventually.js';

const methods = service as ServiceDefinition;
const TRACES = 'opentelemetry.proto.collector.trace.v1.TraceService';

/** Called through the definition that gRPC publishes, like its own clients. */
describe('grpc.health.v1.Health', () => {
  let betrace: BeTrace;
  let client: Client;
  const start = async (env: Readonly<Record<string, string>> = {}): Promise<void> => {
    betrace = await BeTrace.start({ args: ['--test-mode'], env });
    client = new Client(`127.0.0.1:${betrace.ports.grpc}`, credentials.createInsecure());
  };
  afterEach(async () => {
    client?.close();
    await betrace?.stop();
  });

  const check = (name: string) =>
    new Promise<string | number>((resolve) => {
      const { path, requestSerialize, responseDeserialize } = methods['Check']!;
      client.makeUnaryRequest(path, requestSerialize, responseDeserialize, { service: name }, (error: ServiceError | null, answer) =>
        resolve(error === null ? (answer as { status: string }).status : error.code),
      );
    });

  it('reports the server and its service as serving, without a key too, and knows no other', async () => {
    await start({ BETRACE_API_KEY: 'the key' });
    expect(await check('')).toBe('SERVING');
    expect(await check(TRACES)).toBe('SERVING');
    for (const name of ['another', `${TRACES}x`, 'x'.repeat(10_000)]) expect(await check(name)).toBe(grpcStatus.NOT_FOUND);
    for (let n = 0; n < 200; n++) await check('');
    // The last call's memory is free when its connection has the answer.
    await eventually('free memory', async () => {
      expect(await (await fetch(`${betrace.url}/metrics`)).text()).toMatch(/^betrace_ingest_in_flight_bytes 0$/m);
      return true;
    });
  });

  it('tells watchers that the process is about to stop, while it still serves', async () => {
    await start({ BETRACE_DRAIN_PERIOD: '6s', BETRACE_SHUTDOWN_TIMEOUT: '90s' });
    const { path, requestSerialize, responseDeserialize } = methods['Watch']!;
    const heard: string[] = [];
    const stream = client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, { service: '' });
    stream.on('data', ({ status }: { status: string }) => heard.push(status));
    stream.on('error', () => undefined);
    await eventually('the first answer', async () => (heard.length > 0 ? true : undefined));
    expect(heard).toEqual(['SERVING']);
    const since = performance.now();
    const ended = betrace.stop();
    await eventually('the change', async () => (heard.length > 1 ? true : undefined));
    expect(heard).toEqual(['SERVING', 'NOT_SERVING']);
    expect(await ended).toBe(0);
    // It does not wait for clients to close their watches, which would end with the timeout.
    expect(performance.now() - since).toBeLessThan(60_000);
  });

  it('limits the number of watchers', async () => {
    await start();
    const { path, requestSerialize, responseDeserialize } = methods['Watch']!;
    const codes: number[] = [];
    let answers = 0;
    const streams = Array.from({ length: 103 }, () => {
      const stream = client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, { service: TRACES });
      stream.on('data', () => answers++);
      stream.on('error', ({ code }: ServiceError) => codes.push(code));
      return stream;
    });
    await eventually('all answers', async () => (answers + codes.length === 103 ? true : undefined));
    expect([answers, codes]).toEqual([100, Array(3).fill(grpcStatus.RESOURCE_EXHAUSTED)]);
    for (const stream of streams) stream.cancel();
    await eventually('room for another', async () => {
      const stream = client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, { service: '' });
      return new Promise<true | undefined>((resolve) => {
        stream.on('data', () => resolve(true));
        stream.on('error', () => resolve(undefined));
      });
    });
  });
});
