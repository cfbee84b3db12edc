import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { decodeRequest } from '#otlp';
import { BeTrace } from '../harness/betrace.js';
import { eventually } from '../harness/eventually.js';
import { freePorts } from '../harness/free-port.js';
import { OtlpReceiver } from '../harness/services/otlp-receiver.js';
import { Collector, TELEMETRY } from './collector.js';
import { describePeers } from './describe-peers.js';
import { collectorBinary } from './go.js';
import { PEER_TIMEOUT_MS } from './kept.js';
import { createRules, KnownTraces } from './known-traces.js';

const file = join(import.meta.dirname, '../../deploy/compose/collector.yaml');

await describePeers('the collector of docker-compose.yml', ['Go'], () => {
  let betrace: BeTrace;
  let tempo: OtlpReceiver;
  let collector: Collector;

  beforeAll(async () => {
    await collectorBinary();
  }, PEER_TIMEOUT_MS);
  afterAll(async () => {
    await collector?.stop();
    tempo?.stop();
    await betrace?.stop();
  });

  it('has a configuration that its `validate` accepts', async () => {
    await promisify(execFile)(await collectorBinary(), ['validate', '--config', file]);
  });

  it('hands each span to BeTrace and to Tempo', async () => {
    betrace = await BeTrace.start();
    await createRules(betrace);
    const [tempoPort = 0, grpc = 0, http = 0] = await freePorts(3);
    tempo = new OtlpReceiver(tempoPort);
    await tempo.start();
    // Only the addresses, which are of the Compose network, are replaced.
    const addresses = {
      'tempo:4317': tempo.endpoint,
      'ingest:12012': `127.0.0.1:${betrace.ports.grpc}`,
      '0.0.0.0:4317': `127.0.0.1:${grpc}`,
      '0.0.0.0:4318': `127.0.0.1:${http}`,
    };
    let text = readFileSync(file, 'utf8');
    for (const [theirs, ours] of Object.entries(addresses)) {
      expect(text).toContain(theirs);
      text = text.replaceAll(theirs, ours);
    }
    const config = parse(text);
    config.service.telemetry = TELEMETRY;
    collector = await Collector.run(config, new Map([['all', { grpc, http }]]));
    expect(collector.logs()).not.toContain('deprecated');
    const known = new KnownTraces(1);
    await known.sendTo(collector.lane('all'));
    await known.expectFound(betrace);
    const kept = async () => {
      const requests = tempo.requests.flatMap((request) => decodeRequest(request).resourceSpans);
      const spans = requests.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));
      return spans.length >= known.sent ? spans.length : undefined;
    };
    expect(await eventually('all spans in Tempo', kept)).toBe(known.sent);
  });
});
