import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { BeTrace, storageFolder } from '../../test/harness/betrace.js';
import { metric } from '../../test/harness/cluster.js';
import type { BenchCase, BenchResult } from '../case.js';
import { createRules, judged } from '../fixtures/betrace-process.js';
import { RequestSender } from '../fixtures/request-sender.js';

/** The first part of a log is files and indexes that are hardly filled. */
const FIRST = 200;
const REQUESTS = 400;
/** So few that all of their traces are still remembered when they are judged. */
const REMEMBERED = 100;

/** Bytes on disk of a span that is judged and retained: the figures of docs/operations/capacity.md. */
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

/** Bytes of `betrace_trace_memory_bytes` of a remembered span, with rules that need no whole traces. */
function memory(): Promise<BenchResult> {
  return withServer({}, async (betrace, sender) => {
    await sender.send(REMEMBERED);
    await judged([betrace], sender.spans);
    await new Promise((resolve) => setTimeout(resolve, 500)); // threads report every 200 ms
    const bytes = (await metric(betrace, 'betrace_trace_memory_bytes')).reduce((sum, value) => sum + value, 0);
    return { value: bytes / sender.spans, note: 'eight spans to a trace, 50 rules' };
  });
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
];
