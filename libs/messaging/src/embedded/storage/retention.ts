import type { Storage } from './storage.js';

/** Records deleted per transaction: few, so that an append never waits long for one. */
const STEP_RECORDS = 64;
const SWEEP_EVERY_MS = 10_000;
/** If log time grows by this much more than the machine's clock, the clock has leapt: connected readers get time to report before they count as absent. */
const LEAP_MS = 60_000;
/** Space is freed down to this fraction of the limit, so that not every append has to free some. */
const LOW_MARK = 0.9;

/** Deletes records that all groups have passed: by size when a topic reaches its limit, by age in sweeps. */
export class Retention {
  #timer: NodeJS.Timeout | undefined;

  constructor(
    readonly storage: Storage,
    readonly now: () => number,
  ) {}

  /** Frees space in a topic at its limit. False when too much of the topic is unread. */
  makeRoom(topicName: string): boolean {
    const { maxBytes, partitions } = this.storage.topic(topicName);
    if (maxBytes === undefined) return true;
    const records = this.storage.records(topicName);
    if (records.usedBytes() < maxBytes) return true;
    let deleted: number;
    do {
      deleted = 0;
      for (let partition = 0; partition < partitions; partition++) {
        deleted += records.deleteBelow(partition, this.#passed(topicName, partition), STEP_RECORDS);
      }
    } while (deleted > 0 && records.usedBytes() > maxBytes * LOW_MARK);
    return records.usedBytes() < maxBytes;
  }

  /** Starts the sweeps, in one thread per storage. What one cannot delete, the next will; appends report the failure. */
  start(): void {
    let last = { time: this.now(), at: performance.now() };
    this.#timer = setInterval(() => {
      const present = { time: this.now(), at: performance.now() };
      const leapt = present.time - last.time - (present.at - last.at) > LEAP_MS;
      last = present;
      if (leapt) return;
      this.sweep().catch(() => undefined);
    }, SWEEP_EVERY_MS);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Deletes expired records and compacts, in small steps that let other work run in between. */
  async sweep(): Promise<void> {
    this.storage.positions.forgetUnused(this.now());
    for (const topic of this.storage.topics()) {
      const records = this.storage.records(topic.name);
      for (let partition = 0; partition < topic.partitions; partition++) {
        if (topic.compacted) records.compact(partition);
        if (topic.retention === undefined) continue;
        const tooOld = records.offsetAt(partition, this.now() - topic.retention);
        const below = Math.min(tooOld, this.#passed(topic.name, partition));
        while (records.deleteBelow(partition, below, STEP_RECORDS) > 0) await nextTurn();
      }
    }
  }

  #passed(topic: string, partition: number): number {
    return this.storage.positions.passed(topic, partition, this.now());
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
