import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { RuleDefinition } from '#records';
import { BeTrace, storageFolder } from '../../test/harness/betrace.js';
import { metric } from '../../test/harness/kafka/cluster.js';
import type { BenchCase, BenchResult } from '../case.js';
import { cpuSeconds, createRules, judged } from '../fixtures/betrace-process.js';
import { FIFTY_RULES } from '../fixtures/fifty-rules.js';
import { RequestSender } from '../fixtures/request-sender.js';
import { WIRES, type Wire, WireSender } from '../fixtures/wires.js';

/** Requests before the measurement: the files and indexes of a new log are almost empty. */
const FIRST = 200;
const REQUESTS = 400;
/** Requests whose traces are all still remembered when they are judged. */
const LAST_REQUESTS = 100;
/** Requests until V8 has compiled the code, and those of a round. */
const WARM_UP = 1_600;
const CPU_REQUESTS = 400;
const CPU_ROUNDS = 5;

/** Bytes on disk of a judged and retained span: the figures of docs/operations/capacity.md. */
async function disk(): Promise<BenchResult> {
  const storage = await storageFolder();
  return withServer({ BETRACE_STORAGE_PATH: storage.path }, async (betrace, sender) => {
    await sender.send(FIRST);
    await judged([betrace], sender.spans);
    const [bytes, spans] = [await bytesIn(storage.path), sender.spans];
    await sender.send(REQUESTS);
    await judged([betrace], sender.spans);
    return { value: ((await bytesIn(storage.path)) - bytes) / (sender.spans - spans), note: 'spans of about 429 bytes on the wire' };
  }).finally(() => storage.remove());
}

/** Bytes of `betrace_trace_memory_bytes` per remembered span, with rules that need no whole traces. */
function memory(): Promise<BenchResult> {
  return withServer({}, async (betrace, sender) => {
    await sender.send(LAST_REQUESTS);
    await judged([betrace], sender.spans);
    await new Promise((resolve) => setTimeout(resolve, 500)); // threads report every 200 ms
    const bytes = (await metric(betrace, 'betrace_trace_memory_bytes')).reduce((sum, value) => sum + value, 0);
    return { value: bytes / sender.spans, note: 'eight spans to a trace, 50 rules' };
  });
}

/** Microseconds of CPU time of a durable process per span of a wire: received, written, judged by these rules. */
async function cpu(wire: Wire, rules: readonly RuleDefinition[]): Promise<BenchResult> {
  const storage = await storageFolder();
  const betrace = await BeTrace.start({ env: { LOG_LEVEL: 'error', BETRACE_STORAGE_PATH: storage.path } });
  try {
    await createRules(betrace, rules);
    const sender = new WireSender(wire, betrace.url, betrace.ports.grpc);
    await sender.send(WARM_UP);
    await judged([betrace], sender.spans);
    const each: number[] = [];
    for (let round = 0; round < CPU_ROUNDS; round++) {
      const [before, spans] = [await cpuSeconds([betrace]), sender.spans];
      await sender.send(CPU_REQUESTS);
      await judged([betrace], sender.spans);
      each.push((((await cpuSeconds([betrace])) - before) * 1e6) / (sender.spans - spans));
    }
    sender.close();
    each.sort((a, b) => a - b);
    return { value: each[CPU_ROUNDS >> 1]!, note: `of ${CPU_ROUNDS} rounds ${each.map((one) => one.toFixed(2)).join(', ')}` };
  } finally {
    await betrace.stop();
    await storage.remove();
  }
}

async function withServer<T>(
  env: Readonly<Record<string, string>>,
  work: (betrace: BeTrace, sender: RequestSender) => Promise<T>,
): Promise<T> {
  const betrace = await BeTrace.start({ env: { LOG_LEVEL: 'error', ...env } });
  try {
    await createRules(betrace);
    const sender = new RequestSender(betrace.url);
    const result = await work(betrace, sender);
    sender.close();
    return result;
  } finally {
    await betrace.stop();
  }
}

async function bytesIn(folder: string): Promise<number> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  const sizes = await Promise.all(
    files.filter((file) => file.isFile()).map(async (file) => (await stat(join(file.parentPath, file.name))).size),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

export const cases: readonly BenchCase[] = [
  { name: 'disk of a retained span', unit: 'bytes', run: disk },
  { name: 'memory of a remembered span', unit: 'bytes', run: memory },
  ...WIRES.map((wire): BenchCase => ({ name: `CPU of a span, no rules, ${wire.name}`, unit: 'µs', run: () => cpu(wire, []) })),
  { name: `CPU of a span, 50 rules, ${WIRES[0]!.name}`, unit: 'µs', run: () => cpu(WIRES[0]!, FIFTY_RULES) },
];
