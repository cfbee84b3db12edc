import { type ClientHttp2Session, connect as connectHttp2 } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import * as grpc from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { aRequest, aSpan, bytesOf } from '../../../../../test/fixtures/ingest/requests.js';
import { type RunningIngest, startIngest } from '../../../../../test/fixtures/ingest/start-ingest.js';
import { eventually } from '../../../../../test/harness/eventually.js';

const TRACES = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';
const REQUEST_LIMIT = 100_000;
const ROOM = 400_000;
/** The bytes that a stalled upload has sent of its announced length. */
const SENT = 60_000;
const HEALTHY = bytesOf(aRequest(Array.from({ length: 100 }, (_, n) => aSpan({ name: `span ${n} ${'x'.repeat(100)}` }))));

let ingest: RunningIngest;
const sockets: Socket[] = [];
const sessions: ClientHttp2Session[] = [];
beforeEach(async () => {
  const limits = { BETRACE_REQUEST_LIMIT: String(REQUEST_LIMIT), BETRACE_IN_FLIGHT_LIMIT: String(ROOM) };
  ingest = await startIngest({ ...limits, BETRACE_REQUEST_TIMEOUT: '60s' });
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const session of sessions.splice(0)) session.destroy();
  await ingest.stop();
});

const address = () => ({ host: '127.0.0.1', port: Number(new URL(ingest.url).port) });

/** An upload over HTTP that stalls in its body, on its own connection. */
function stallOverHttp(): void {
  const socket = connect(address());
  socket.on('error', () => undefined).resume();
  socket.write(
    `POST /v1/traces HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/x-protobuf\r\ncontent-length: ${REQUEST_LIMIT - 1}\r\n\r\n`,
  );
  socket.write(Buffer.alloc(SENT));
  sockets.push(socket);
}

function session(): ClientHttp2Session {
  const one = connectHttp2(`http://127.0.0.1:${ingest.grpcPorts[0]}`);
  one.on('error', () => undefined);
  sessions.push(one);
  return one;
}

/** A call that stalls in its message; resolves with its gRPC status when it ends. */
function stallOverGrpc(over: ClientHttp2Session): Promise<string | undefined> {
  const stream = over.request({ ':method': 'POST', ':path': TRACES, 'content-type': 'application/grpc', te: 'trailers' });
  const head = Buffer.alloc(5);
  head.writeUInt32BE(REQUEST_LIMIT - 1, 1);
  stream.on('error', () => undefined).resume();
  stream.write(Buffer.concat([head, Buffer.alloc(SENT)]));
  return new Promise((resolve) => {
    stream.on('response', (headers) => resolve(headers['grpc-status'] as string | undefined));
    stream.on('close', () => resolve(undefined));
  });
}

/** Sends as an exporter does, with retries on request. Returns the number of refusals. */
async function sendOverHttp(): Promise<number> {
  for (let refused = 0; ; refused++) {
    const answer = await fetch(`${ingest.url}/v1/traces`, {
      method: 'POST',
      body: HEALTHY,
      headers: { 'content-type': 'application/x-protobuf' },
    });
    await answer.arrayBuffer();
    if (answer.ok) return refused;
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
    await pause(250);
  }
}

async function sendOverGrpc(client: grpc.Client): Promise<number> {
  const same = (bytes: Buffer) => bytes;
  for (let refused = 0; ; refused++) {
    const error = await new Promise<grpc.ServiceError | null>((resolve) => {
      client.makeUnaryRequest(TRACES, same, same, Buffer.from(HEALTHY), resolve);
    });
    if (error === null) return refused;
    expect(error.code).toBe(grpc.status.UNAVAILABLE);
    await pause(250);
  }
}

const inFlight = async () => {
  const text = await (await fetch(`${ingest.url}/metrics`)).text();
  return Number(/^betrace_ingest_in_flight_bytes (\d+)$/m.exec(text)?.[1]);
};
const allRoom = () => eventually('the room to be taken', async () => ((await inFlight()) > ROOM - SENT ? true : undefined));

describe('stalled uploads lock no sender out', () => {
  it.each([9, 100])('%i connections over HTTP and as many over gRPC, while healthy senders continue', async (count) => {
    for (let i = 0; i < count; i++) {
      stallOverHttp();
      void stallOverGrpc(session());
    }
    await allRoom();
    const client = new grpc.Client(`127.0.0.1:${ingest.grpcPorts[0]}`, grpc.credentials.createInsecure());
    const started = performance.now();
    for (let round = 0; round < 10; round++) {
      await sendOverHttp();
      await sendOverGrpc(client);
    }
    client.close();
    // A generous limit: waiting for a request timeout would take a minute.
    expect(performance.now() - started).toBeLessThan(50_000);
    expect(await inFlight()).toBeLessThanOrEqual(ROOM);
  });

  it('one connection with many calls never takes all the memory', async () => {
    const one = session();
    const outcomes = Array.from({ length: 50 }, () => stallOverGrpc(one));
    await eventually('its share to be taken', async () => ((await inFlight()) >= 2 * SENT ? true : undefined));
    const client = new grpc.Client(`127.0.0.1:${ingest.grpcPorts[0]}`, grpc.credentials.createInsecure());
    for (let round = 0; round < 5; round++) expect([await sendOverHttp(), await sendOverGrpc(client)]).toEqual([0, 0]);
    client.close();
    expect(await inFlight()).toBeLessThanOrEqual(2 * REQUEST_LIMIT);
    // Those beyond the share received a request to retry.
    expect(await Promise.race(outcomes)).toBe(String(grpc.status.UNAVAILABLE));
  });

  it('an aborted call ends, and its further bytes are not kept', async () => {
    const calls = Array.from({ length: 12 }, () => stallOverGrpc(session()));
    await allRoom();
    await pause(1_500);
    await sendOverHttp();
    expect([String(grpc.status.DEADLINE_EXCEEDED), String(grpc.status.UNAVAILABLE)]).toContain(await Promise.race(calls));
    const text = await (await fetch(`${ingest.url}/metrics`)).text();
    expect(text).toMatch(/betrace_ingest_requests_total\{receiver="otlp_grpc",outcome="BT_HTTP_(TIMEOUT|OVERLOADED)"\} [1-9]/);
  });

  it('all memory is released when the connections are gone', async () => {
    for (let i = 0; i < 20; i++) {
      stallOverHttp();
      void stallOverGrpc(session());
    }
    await allRoom();
    for (const socket of sockets) socket.destroy();
    for (const one of sessions) one.destroy();
    await eventually('all room', async () => ((await inFlight()) === 0 ? true : undefined));
  });

  it('a message to another service takes no memory permanently', async () => {
    const client = new grpc.Client(`127.0.0.1:${ingest.grpcPorts[0]}`, grpc.credentials.createInsecure());
    const same = (bytes: Buffer) => bytes;
    for (const path of ['/opentelemetry.proto.collector.logs.v1.LogsService/Export', '/nobody.Knows/This', TRACES]) {
      const error = await new Promise<grpc.ServiceError | null>((resolve) => {
        client.makeUnaryRequest(path, same, same, Buffer.alloc(50_000, 1), resolve);
      });
      expect(error).not.toBeNull();
    }
    client.close();
    await eventually('all room', async () => ((await inFlight()) === 0 ? true : undefined));
  });
});
