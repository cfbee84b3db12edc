import { Agent, request } from 'node:http';
import { RequestIndex, scan } from '#otlp';
import { BeTrace, storageFolder } from '../../test/harness/betrace.js';
import type { BenchCase, BenchResult } from '../case.js';
import { FIFTY_RULES } from '../fixtures/fifty-rules.js';
import { benchRequest } from '../fixtures/otlp-request.js';

const SPANS = 512;
const REQUESTS = 800;
const SENDERS = 4;

/**
 * A BeTrace process as `npm start` starts it, spans over OTLP/HTTP protobuf, until all of them are acknowledged and judged.
 * The value is spans per CPU second of that process (receiving, writing, evaluating), so that it does not depend on what
 * the sender or a neighbour takes of the machine; spans per second of wall clock are in the note.
 */
async function endToEnd(rules: number, durable: boolean): Promise<BenchResult> {
  const storage = await storageFolder();
  const env = { LOG_LEVEL: 'error', ...(durable ? { BETRACE_STORAGE_PATH: storage.path } : {}) };
  const betrace = await BeTrace.start({ env, patience: 60_000 });
  try {
    for (const { id, name, expression, severity } of FIFTY_RULES.slice(0, rules)) {
      const { status } = await betrace.json('POST', '/v1/rules', { id, name, expression, severity, enabled: true });
      if (status !== 201) throw new Error(`rule ${id} was answered with ${status}`);
    }
    const sender = new Sender(`${betrace.url}/v1/traces`);
    await sender.send(REQUESTS / 8);
    await judged(betrace, sender.spans);

    const cpu = await metric(betrace, 'process_cpu_seconds_total');
    const start = performance.now();
    const before = sender.spans;
    await sender.send(REQUESTS);
    await judged(betrace, sender.spans);
    const seconds = (performance.now() - start) / 1_000;
    const spent = (await metric(betrace, 'process_cpu_seconds_total')) - cpu;
    sender.close();
    const sent = sender.spans - before;
    return { value: sent / spent / 1e6, note: `per CPU second of the server; ${(sent / seconds / 1e3).toFixed(0)} k spans/s` };
  } finally {
    await betrace.stop();
    await storage.remove();
  }
}

/** Sends one request again and again, each time with trace ids of its own. */
class Sender {
  spans = 0;
  private readonly agent = new Agent({ keepAlive: true, maxSockets: SENDERS });
  private readonly bytes = benchRequest({ spans: SPANS, spansPerTrace: 8, distinct: 40 });
  private readonly traceIdAt: Int32Array;
  private round = 0;

  constructor(private readonly url: string) {
    const index = scan(this.bytes, new RequestIndex(), 'ids');
    this.traceIdAt = index.traceIdAt.slice(0, index.spans);
  }

  async send(requests: number): Promise<void> {
    let left = requests;
    const one = async (): Promise<void> => {
      while (left-- > 0) await this.post(this.next());
    };
    await Promise.all(Array.from({ length: SENDERS }, one));
  }

  close(): void {
    this.agent.destroy();
  }

  private next(): Uint8Array {
    const bytes = this.bytes.slice();
    const view = new DataView(bytes.buffer);
    this.round++;
    for (const at of this.traceIdAt) view.setUint32(at, this.round);
    return bytes;
  }

  private post(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      const headers = { 'content-type': 'application/x-protobuf', 'content-length': bytes.length };
      const sent = request(this.url, { method: 'POST', agent: this.agent, headers }, (response) => {
        response.resume().on('end', () => {
          this.spans += SPANS;
          if (response.statusCode === 200) resolve();
          else reject(new Error(`answered ${response.statusCode}`));
        });
      });
      sent.on('error', reject).end(bytes);
    });
  }
}

/** Resolves when the evaluator has judged that many spans; a duplicate or a lost one would keep it waiting. */
async function judged(betrace: BeTrace, spans: number): Promise<void> {
  for (let tries = 0; (await metric(betrace, 'betrace_spans_evaluated_total')) < spans; tries++) {
    if (tries > 2_000) throw new Error(`not all of ${spans} spans were judged`);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}

/** The sum of a metric over its labels. */
async function metric(betrace: BeTrace, name: string): Promise<number> {
  const text = await (await fetch(`${betrace.url}/metrics`)).text();
  const lines = text.split('\n').filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`));
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}

export const cases: readonly BenchCase[] = [
  { name: 'OTLP/HTTP, in memory, no rules', unit: 'M spans/s', run: () => endToEnd(0, false) },
  { name: 'OTLP/HTTP, in memory, 50 rules', unit: 'M spans/s', run: () => endToEnd(50, false) },
  { name: 'OTLP/HTTP, durable, 50 rules', unit: 'M spans/s', run: () => endToEnd(50, true) },
];
