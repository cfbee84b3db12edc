import { setTimeout as pause } from 'node:timers/promises';
import * as grpc from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { aRequest, aSpan, bytesOf } from '../fixtures/ingest/requests.js';
import { BeTrace, storageFolder } from '../harness/betrace.js';
import { eventually, untilCount } from '../harness/eventually.js';

const EXPORT = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';

/** A stop behind a load balancer: clients that check /ready first are never refused, and accepted spans are not lost. */
describe('SIGTERM under load', () => {
  let folder: Awaited<ReturnType<typeof storageFolder>>;
  let betrace: BeTrace;
  const start = async (drain: string) => {
    betrace = await BeTrace.start({ env: { BETRACE_STORAGE_PATH: folder.path, BETRACE_DRAIN_PERIOD: drain } });
  };
  beforeEach(async () => {
    folder = await storageFolder();
  });
  afterEach(async () => {
    await betrace?.kill();
    await folder.remove();
  });

  it('refuses no request while readiness fails and ports are open, and judges all that it accepted', async () => {
    // Longer than a machine stalls: otherwise a request may meet closed ports before the balancer looks again.
    await start('12s');
    await betrace.json('POST', '/v1/rules', { name: 'slow', expression: 'span.duration > 1s' });
    const client = new grpc.Client(`127.0.0.1:${betrace.ports.grpc}`, grpc.credentials.createInsecure());
    const body = () => bytesOf(aRequest([aSpan({ spanId: (++sent).toString(16).padStart(16, '0') })]));
    let sent = 0;
    let acknowledged = 0;
    let routed = true;
    const failures: string[] = [];
    const answers: string[] = [];

    const overHttp = async () => {
      const headers = { 'content-type': 'application/x-protobuf' };
      const answer = await fetch(`${betrace.url}/v1/traces`, { method: 'POST', body: body(), headers });
      await answer.arrayBuffer();
      if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
    };
    const overGrpc = () =>
      new Promise<void>((resolve, reject) => {
        const same = (bytes: Buffer) => bytes;
        client.makeUnaryRequest(EXPORT, same, same, Buffer.from(body()), (error) => (error ? reject(error) : resolve()));
      });
    const sendAll = async (send: () => Promise<void>) => {
      while (routed) {
        try {
          await send();
          acknowledged++;
        } catch (error) {
          failures.push(String(error));
        }
        await pause(2);
      }
    };
    // As often as a load balancer of Kubernetes polls, at the scale of this test.
    const balance = async () => {
      while (routed) {
        const answer = await fetch(`${betrace.url}/ready`);
        if (answer.status === 503) {
          routed = false;
          answers.push(String(answer.headers.get('connection')), await answer.text());
        } else await answer.arrayBuffer();
        await pause(200);
      }
    };
    const senders = [sendAll(overHttp), sendAll(overHttp), sendAll(overGrpc), sendAll(overGrpc), balance()];
    await eventually('load', async () => (acknowledged > 20 ? true : undefined), 60_000);
    const before = acknowledged;
    const exit = betrace.stop();
    await Promise.all(senders);
    client.close();

    expect(failures).toEqual([]);
    expect(answers).toEqual(['close', expect.stringContaining('"process":"draining"')]);
    expect(await exit).toBe(0);
    expect(acknowledged).toBeGreaterThan(before);

    await start('0s');
    // `total` alone ends at 10,000.
    const path = '/v1/violations?limit=1&count=exact';
    const total = async () => (await betrace.json<{ total: number }>('GET', path)).body.total;
    expect(await untilCount('the judgement of all that was acknowledged', acknowledged, total)).toBe(acknowledged);
  });

  it('is skipped at a second signal', async () => {
    await start('10m');
    betrace.process.kill('SIGTERM');
    await eventually('draining', async () => ((await fetch(`${betrace.url}/ready`)).status === 503 ? true : undefined));
    expect((await fetch(`${betrace.url}/health`)).status).toBe(200);
    expect(await betrace.stop()).toBe(1);
  });
});
