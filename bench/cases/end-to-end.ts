import { BeTrace, storageFolder } from '../../test/harness/betrace.js';
import type { BenchCase, BenchResult } from '../case.js';
import { cpuSeconds, createRules, judged } from '../fixtures/betrace-process.js';
import { FIFTY_RULES } from '../fixtures/fifty-rules.js';
import { RequestSender } from '../fixtures/request-sender.js';

/**
 * A process spends its first seconds on compiling: of rounds of 800 requests the first had 0.22 M spans per CPU second, the second 0.30, the third and later
 * 0.33 to 0.36.
 */
const WARM_UP = 3_200;
const REQUESTS = 1_600;

/**
 * A BeTrace process, started like `npm start`, receives spans over OTLP/HTTP protobuf until all are acknowledged and judged. The value is spans per CPU second
 * of that process (receiving, writing, evaluating), which does not depend on the sender or on other processes. The note has the spans per second of wall clock.
 */
async function endToEnd(rules: number, durable: boolean): Promise<BenchResult> {
  const storage = await storageFolder();
  const env = { LOG_LEVEL: 'error', ...(durable ? { BETRACE_STORAGE_PATH: storage.path } : {}) };
  const betrace = await BeTrace.start({ env, timeoutMs: 60_000 });
  try {
    await createRules(betrace, FIFTY_RULES.slice(0, rules));
    const sender = new RequestSender(betrace.url);
    await sender.send(WARM_UP);
    await judged([betrace], sender.spans);

    const cpu = await cpuSeconds([betrace]);
    const start = performance.now();
    const before = sender.spans;
    await sender.send(REQUESTS);
    await judged([betrace], sender.spans);
    const seconds = (performance.now() - start) / 1_000;
    const spent = (await cpuSeconds([betrace])) - cpu;
    sender.close();
    const sent = sender.spans - before;
    return { value: sent / spent / 1e6, note: `per CPU second of the server; ${(sent / seconds / 1e3).toFixed(0)} k spans/s` };
  } finally {
    await betrace.stop();
    await storage.remove();
  }
}

export const cases: readonly BenchCase[] = [
  { name: 'OTLP/HTTP, in memory, no rules', unit: 'M spans/s', run: () => endToEnd(0, false) },
  { name: 'OTLP/HTTP, in memory, 50 rules', unit: 'M spans/s', run: () => endToEnd(50, false) },
  { name: 'OTLP/HTTP, durable, 50 rules', unit: 'M spans/s', run: () => endToEnd(50, true) },
];
