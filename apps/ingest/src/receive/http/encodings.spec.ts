import * as grpc from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { encodeRequest, encodeRequestJson, type TraceRequest } from '#otlp';
import { bytesOf } from '../../../../../test/fixtures/ingest/requests.js';
import { loggedRecords, type RunningIngest, startIngest } from '../../../../../test/fixtures/ingest/start-ingest.js';
import { request } from '../../../../../test/fixtures/otlp/arbitrary.js';

const PATH = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';

let client: grpc.Client | undefined;
const asIs = (bytes: Buffer) => bytes;

/** The receivers for OTLP; each sends the request and resolves on success. */
const receivers: Record<string, (ingest: RunningIngest, model: TraceRequest) => Promise<void>> = {
  'OTLP/HTTP with protobuf': (ingest, model) => post(ingest, bytesOf(model), 'application/x-protobuf'),
  'OTLP/HTTP with JSON': (ingest, model) => post(ingest, encodeRequestJson(model), 'application/json'),
  'OTLP/gRPC': (ingest, model) => {
    client ??= new grpc.Client(`127.0.0.1:${ingest.grpcPorts[0]}`, grpc.credentials.createInsecure());
    const sender = client;
    const body = Buffer.from(encodeRequest(model));
    return new Promise((resolve, reject) =>
      sender.makeUnaryRequest(PATH, asIs, asIs, body, (error) => (error ? reject(error) : resolve())),
    );
  },
};

async function post({ url }: RunningIngest, body: string | Uint8Array<ArrayBuffer>, type: string): Promise<void> {
  const response = await fetch(`${url}/v1/traces`, { method: 'POST', body, headers: { 'content-type': type } });
  if (response.status !== 200) throw new Error(`${response.status}: ${await response.text()}`);
}

describe('all encodings', () => {
  const running = new Map<string, RunningIngest>();
  beforeAll(async () => {
    for (const name of Object.keys(receivers)) running.set(name, await startIngest());
  });
  afterAll(async () => {
    client?.close();
    for (const ingest of running.values()) await ingest.stop();
  });

  it('give the same log, byte for byte', async () => {
    for (const model of fc.sample(request, { numRuns: 40, seed: 7 })) {
      for (const [name, send] of Object.entries(receivers)) {
        const ingest = running.get(name);
        if (ingest) await send(ingest, model);
      }
    }
    const logs = await Promise.all([...running.values()].map(({ log }) => loggedRecords(log)));
    expect(logs[0]?.length).toBeGreaterThan(20);
    for (const log of logs.slice(1)) expect(log).toEqual(logs[0]);
  });
});
