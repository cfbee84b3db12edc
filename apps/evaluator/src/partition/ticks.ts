import { setTimeout as pause } from 'node:timers/promises';
import type { Log } from '#messaging';
import { CONTROL_HEADER, CONTROL_TICK, TOPICS } from '#records';

const NOTHING = new Uint8Array(0);
const HEADERS = { [CONTROL_HEADER]: CONTROL_TICK };
/** Milliseconds in which ticks are gathered: quiet partitions check their traces at about the same time. */
const GATHER_MS = 5;

/**
 * Lets time pass in quiet partitions. The ticks of all that wait are appended at the same moment: over Kafka they go in one request. Each waits for its own
 * append, so that a partition without a leader delays no other.
 */
export class Ticks {
  private moment: Promise<void> | undefined;

  constructor(private readonly log: Pick<Log, 'append'>) {}

  /** Resolves when the tick is in the log; rejects when it could not be appended. */
  async append(partition: number): Promise<void> {
    this.moment ??= pause(GATHER_MS).then(() => {
      this.moment = undefined;
    });
    await this.moment;
    await this.log.append(TOPICS.spans, [{ partition, value: NOTHING, headers: HEADERS }]);
  }
}
