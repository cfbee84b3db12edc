import { readlinkSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';

/** Milliseconds of CPU time between two pauses. */
const SLICE_MS = 5;
/**
 * CPU time of the whole preview, per CPU time of its thread. V8 compiles and collects garbage for it in threads of the process, at normal priority. They took
 * 0.5 to 1.1 times as much as the thread.
 */
const WITH_HELPERS = 1.7;

/** Limits this thread and V8's work for it to a share of one CPU. It counts CPU time, so a thread that others displace need not pause. */
export class PreviewPace {
  private spent = threadMs();

  /** @param load above 0 and up to 1 */
  constructor(private readonly load: number) {}

  /** Resolves when the thread may continue; usually at once. */
  async rest(): Promise<void> {
    const used = (threadMs() - this.spent) * WITH_HELPERS;
    if (used < SLICE_MS) return;
    await pause(used * (1 / this.load - 1));
    this.spent = threadMs();
  }
}

function threadMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}

/** Gives all other threads of the machine precedence, if the system has thread priorities (Linux). */
export function yieldToOthers(): void {
  try {
    const thread = Number(readlinkSync('/proc/thread-self').split('/').at(-1));
    if (Number.isSafeInteger(thread) && thread > 0 && thread !== process.pid) setPriority(thread, constants.priority.PRIORITY_LOW);
  } catch {
    // Not Linux, or not allowed.
  }
}
