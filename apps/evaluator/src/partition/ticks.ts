import { setTimeout as pause } from 'node:timers/promises';
import type { Log } from '#messaging';
import { CONTROL_HEADER, CONTROL_TICK, TOPICS } from '#records';

const NOTHING = new Uint8Array(0);
const HEADERS = { [CONTROL_HEADER]: CONTROL_TICK };
/** Milliseconds in which ticks gather: quiet partitions look at their traces at about the same time. */
const GATHER_MS = 5;

/** Lets time pass in quiet partitions. All that wait for it share one append: one request, and one answer for who reads them. */
export class Ticks {
  private waiting: number[] = [];
  private next: Promise<void> | undefined;

  constructor(private readonly log: Pick<Log, 'append'>) {}

  /** Resolves when the tick is in the log; rejects when it could not be appended with those of the others. */
  append(partition: number): Promise<void> {
    this.waiting.push(partition);
    this.next ??= this.appendSoon();
    return this.next;
  }

  private async appendSoon(): Promise<void> {
    await pause(GATHER_MS);
    const partitions = this.waiting;
    this.waiting = [];
    this.next = undefined;
    await this.log.append(
      TOPICS.spans,
      partitions.map((partition) => ({ partition, value: NOTHING, headers: HEADERS })),
    );
  }
}
