import { Agent, request } from 'node:http';
import { Module } from '@nestjs/common';
import { Log, openLog, topicSpecifications } from '#messaging';
import { createLogger, loadConfiguration, startApp } from '#platform';
import { IngestModule } from '../../apps/ingest/src/ingest.module.js';
import { admit } from '../../apps/ingest/src/intake/admit.js';
import type { BenchCase } from '../case.js';
import { benchRequest } from '../fixtures/otlp-request.js';
import { perSecond } from '../measure.js';

const SPANS = 512;
const SENDERS = 8;
const SECONDS = 2;
const bytes = benchRequest({ spans: SPANS, spansPerTrace: 8, distinct: 40 });

/** Sends the same request again and again over kept connections; answers spans per second of CPU time, the sender's included. */
async function received(): Promise<number> {
  const environment = { BETRACE_HOST: '127.0.0.1', BETRACE_HTTP_PORT: '0', BETRACE_GRPC_PORT: '0', LOG_LEVEL: 'error' };
  const { configuration } = loadConfiguration({ environment, directory: '/nowhere' });
  const topics = topicSpecifications({ partitions: configuration.log.partitions });
  const log = await openLog({ kind: 'embedded', topics });
  @Module({ imports: [IngestModule], providers: [{ provide: Log, useValue: log }], exports: [Log] })
  class BenchModule {}
  const module = { module: BenchModule, global: true };
  const { app, url } = await startApp({ name: 'bench', module: () => module }, configuration, createLogger(configuration.logging));
  const agent = new Agent({ keepAlive: true, maxSockets: SENDERS });
  const send = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const headers = { 'content-type': 'application/x-protobuf', 'content-length': bytes.length };
      const sent = request(`${url}/v1/traces`, { method: 'POST', agent, headers }, (response) => {
        response.resume().on('end', () => (response.statusCode === 200 ? resolve() : reject(new Error(`answered ${response.statusCode}`))));
      });
      sent.on('error', reject).end(bytes);
    });
  const before = process.cpuUsage();
  const end = performance.now() + SECONDS * 1_000;
  let requests = 0;
  const sender = async (): Promise<void> => {
    while (performance.now() < end) {
      await send();
      requests++;
    }
  };
  await Promise.all(Array.from({ length: SENDERS }, sender));
  const { user, system } = process.cpuUsage(before);
  agent.destroy();
  await app.close();
  await log.close();
  return (requests * SPANS * 1e6) / (user + system);
}

export const cases: readonly BenchCase[] = [
  {
    name: 'check a request and place its spans in 4 partitions',
    unit: 'M spans/s',
    run: async () => ({ value: perSecond(SPANS, () => admit(bytes, 4)) / 1e6, note: 'per CPU second, one thread' }),
  },
  {
    name: 'OTLP/HTTP protobuf to the log in memory',
    unit: 'M spans/s',
    run: async () => ({
      value: (await received()) / 1e6,
      note: `per CPU second of sender, receiver and log together; ${SPANS} spans of ${(bytes.length / SPANS).toFixed(0)} bytes per request`,
    }),
  },
];
