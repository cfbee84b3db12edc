// How much a running preview slows receiving and judging: decision 0043 allows 10 %.
import { BeTrace, storageFolder } from '../../test/harness/betrace.js';
import type { BenchCase, BenchResult } from '../case.js';
import { createRules, judged } from '../fixtures/betrace-process.js';
import { RequestSender } from '../fixtures/request-sender.js';

const WARM_UP = 3_200;
/** Requests in each window, which lasts some seconds: a preview lasts longer than its start. */
const REQUESTS = 2_000;
/** Windows with a preview, each next to one without, so that other load on the machine affects both. */
const PAIRS = 20;
const POLL_MS = 25;
/** A rule that needs whole traces, and matches some. */
const PREVIEW = { expression: 'trace.count(span.duration > 1ms) > 3 and trace.has(span.kind == "server")', samples: 20 };

interface Job {
  readonly id: string;
  readonly state: string;
}

/** Milliseconds until all spans of a window are acknowledged and judged, at the server's maximum rate. */
async function window(betrace: BeTrace, sender: RequestSender): Promise<number> {
  const start = performance.now();
  await sender.send(REQUESTS);
  await judged([betrace], sender.spans, POLL_MS);
  return performance.now() - start;
}

/** Windows without and with previews, in turns; the value is the median of the pairs. Without previews in both it is the noise of the machine. */
async function slowedBy({ previewed }: { readonly previewed: boolean }): Promise<BenchResult> {
  const storage = await storageFolder();
  const betrace = await BeTrace.start({ env: { LOG_LEVEL: 'error', BETRACE_STORAGE_PATH: storage.path }, timeoutMs: 60_000 });
  try {
    await createRules(betrace);
    const sender = new RequestSender(betrace.url);
    await sender.send(WARM_UP);
    await judged([betrace], sender.spans);
    const slower: number[] = [];
    let previews = 0;
    for (let pair = 0; pair < PAIRS; pair++) {
      const alone = async () => window(betrace, sender);
      const beside = async () => {
        if (!previewed) return alone();
        const { status, body } = await betrace.json<Job>('POST', '/v1/rules/preview', PREVIEW);
        if (status !== 202) throw new Error(`a preview was answered with ${status}`);
        try {
          const ms = await window(betrace, sender);
          const { body: job } = await betrace.json<Job>('GET', `/v1/previews/${body.id}`);
          // A preview that has ended would not have slowed the whole window.
          if (job.state !== 'running') return undefined;
          previews++;
          return ms;
        } finally {
          await betrace.json('DELETE', `/v1/previews/${body.id}`);
        }
      };
      // The order alternates, because a growing log slows the second window.
      const first = pair % 2 === 0 ? await alone() : undefined;
      const during = await beside();
      const without = first ?? (await alone());
      if (during !== undefined) slower.push((during / without - 1) * 100);
    }
    sender.close();
    if (previewed && slower.length < PAIRS / 2) throw new Error(`a preview ran through ${previews} of ${PAIRS} windows only`);
    slower.sort((a, b) => a - b);
    const at = (share: number): string => slower[Math.min(slower.length - 1, Math.floor(slower.length * share))]!.toFixed(1);
    // Of the order statistics: half of the number, and twice the standard deviation of a binomial distribution on both sides.
    const reach = 1 / Math.sqrt(slower.length);
    return {
      value: Number(at(0.5)),
      note: `${previewed ? 'target 10; ' : ''}95 % confidence ${at(0.5 - reach)} to ${at(0.5 + reach)}, quartiles ${at(0.25)} and ${at(0.75)}, of ${slower.length} pairs of windows`,
    };
  } finally {
    await betrace.stop();
    await storage.remove();
  }
}

export const cases: readonly BenchCase[] = [
  { name: 'how much slower spans are judged beside a preview, durable', unit: '%', run: () => slowedBy({ previewed: true }) },
  { name: 'the same without a preview: the noise of the machine', unit: '%', run: () => slowedBy({ previewed: false }) },
];
