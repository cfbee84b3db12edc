import type { BeTrace } from '../harness/betrace.js';
import { eventually } from '../harness/eventually.js';

/** How long (ms) until a fault is noticed; the store notices a missing answer after five seconds. */
const SEEN_MS = 60_000;

/** The text of a check at each process. */
async function textsOf(processes: readonly BeTrace[], check: string): Promise<readonly string[]> {
  const answers = await Promise.all(processes.map(({ url }) => fetch(`${url}/ready`, { signal: AbortSignal.timeout(10_000) })));
  const bodies = await Promise.all(
    answers.map((answer) => answer.json() as Promise<{ readonly checks: Readonly<Record<string, string>> }>),
  );
  return bodies.map(({ checks }) => checks[check] ?? '');
}

async function until(what: string, processes: readonly BeTrace[], check: string, is: (texts: readonly string[]) => boolean): Promise<void> {
  let last: unknown;
  const agrees = async () => {
    const texts = await textsOf(processes, check);
    last = texts;
    return is(texts) ? true : undefined;
  };
  await eventually(what, agrees, SEEN_MS, 100).catch((error: Error) => {
    throw new Error(`the fault was not noticed: ${error.message}, but ${JSON.stringify(last)}`, { cause: error });
  });
}

/** Waits until a process reports a fault. One that none reports fails the run. */
export async function untilReported(processes: readonly BeTrace[], check: string, reason: RegExp): Promise<void> {
  await until(`${check} to report ${reason}`, processes, check, (texts) => texts.some((text) => reason.test(text)));
}

/** Waits until every process reports a fault. */
export async function untilAllReport(processes: readonly BeTrace[], check: string, reason: RegExp): Promise<void> {
  await until(`${check} of all to report ${reason}`, processes, check, (texts) => texts.every((text) => reason.test(text)));
}

/** Waits until no process reports a fault any more. */
export async function untilNoneReports(processes: readonly BeTrace[], check: string, reason: RegExp): Promise<void> {
  await until(`${check} to report no more ${reason}`, processes, check, (texts) => !texts.some((text) => reason.test(text)));
}
