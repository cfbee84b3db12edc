import { setTimeout as pause } from 'node:timers/promises';
import type { Store, ViolationSequence } from '#store';

/** Milliseconds between two polls. */
const INTERVAL_MS = 250;

/** Polls the numbers of stored violations, once for all waiting clients, and only while there are some. */
export class SequenceFollower {
  private look: Promise<ViolationSequence> | undefined;

  constructor(private readonly store: Pick<Store, 'violationSequence'>) {}

  /** Resolves when there is a number above `after`, or another origin; undefined after `timeoutMs`, or when `ended`. */
  async beyond(origin: string, after: number, timeoutMs: number, ended: AbortSignal): Promise<ViolationSequence | undefined> {
    for (let waited = 0; !ended.aborted; waited += INTERVAL_MS) {
      const now = await this.next();
      if (now.last > after || now.origin !== origin) return now;
      if (waited >= timeoutMs) return undefined;
      await pause(INTERVAL_MS, undefined, { signal: ended }).catch(() => undefined);
    }
    return undefined;
  }

  /** A poll that starts after this call; concurrent calls share it. */
  private next(): Promise<ViolationSequence> {
    this.look ??= this.store.violationSequence().finally(() => {
      this.look = undefined;
    });
    return this.look;
  }
}
