import { readlinkSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';

/** Milliseconds of processor time between two pauses. */
const SLICE = 5;

/** Holds this thread to a part of one processor. Counted in its processor time: while others have the processor it owes nothing. */
export class PreviewPace {
  private spent = threadMs();

  /** @param load above 0 and up to 1 */
  constructor(private readonly load: number) {}

  /** Resolves when the thread may go on; mostly at once. */
  async rest(): Promise<void> {
    const used = threadMs() - this.spent;
    if (used < SLICE) return;
    await pause(used * (1 / this.load - 1));
    this.spent = threadMs();
  }
}

function threadMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}

/** Lets every other thread of the machine go first, where the system knows priorities of threads (Linux); elsewhere the pace alone has to do. */
export function yieldToOthers(): void {
  try {
    const thread = Number(readlinkSync('/proc/thread-self').split('/').at(-1));
    if (Number.isSafeInteger(thread) && thread > 0 && thread !== process.pid) setPriority(thread, constants.priority.PRIORITY_LOW);
  } catch {
    // Not Linux, or not allowed.
  }
}
