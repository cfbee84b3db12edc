import type { Logger } from '#platform';
import type { ClosedTracesRecord } from '#records';
import type { ClosedTracesCount, Store } from '#store';

/** Milliseconds between two writes of the counts. */
const INTERVAL_MS = 5_000;
/** Rule sets of one hour in one transaction. */
const AT_ONCE = 100;

/** Buffers the evaluators' counts of closed traces for the store: written on demand, and every few seconds. */
export class ClosedTraceKeeper {
  /** The last record of each partition and hour. A record of another evaluator is kept before a new one replaces it. */
  private readonly waiting: ClosedTracesRecord[] = [];
  private keeping: Promise<void> = Promise.resolve();
  private timer: NodeJS.Timeout | undefined;
  private failed = false;

  constructor(
    private readonly store: Pick<Store, 'keepClosedTraces'>,
    private readonly logger: Logger,
  ) {}

  /** Throws a TypeError for any other record. */
  take(record: ClosedTracesRecord): void {
    countsOf(record);
    this.waiting.push(record);
  }

  start(): void {
    this.timer = setInterval(() => void this.keep().catch(() => undefined), INTERVAL_MS);
    this.timer.unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.keep().catch(() => undefined);
  }

  /** Writes the counts of earlier calls. Rejects the store's error; then they are retried with later ones. */
  keep(): Promise<void> {
    const run = this.keeping.then(() => this.keepWaiting());
    this.keeping = run.catch(() => undefined);
    return run;
  }

  private async keepWaiting(): Promise<void> {
    const records = this.waiting.slice();
    const counts = highest(records.flatMap(countsOf));
    try {
      for (let n = 0; n < counts.length; n += AT_ONCE) await this.store.keepClosedTraces(counts.slice(n, n + AT_ONCE));
      this.waiting.splice(0, records.length);
      this.failed = false;
    } catch (error) {
      // The buffer does not grow while the store is unavailable: one record per partition and hour suffices.
      this.waiting.splice(0, records.length, ...merged(records));
      if (!this.failed) this.logger.warn({ err: error }, 'cannot store counts of closed traces; retrying every 5 s');
      this.failed = true;
      throw error;
    }
  }
}

function merged(records: readonly ClosedTracesRecord[]): readonly ClosedTracesRecord[] {
  const byHour = new Map<string, ClosedTracesCount[]>();
  for (const count of highest(records.flatMap(countsOf))) {
    const key = `${count.partition}/${count.hour}`;
    byHour.set(key, [...(byHour.get(key) ?? []), count]);
  }
  return [...byHour.values()].map((counts) => ({
    kind: 'traces',
    partition: counts[0]!.partition,
    hour: counts[0]!.hour,
    epochs: counts.map(({ epoch, first, counts: parts }) => [epoch, first, parts]),
  }));
}

/** The highest count of each part, by partition, hour and rule set. */
function highest(counts: readonly ClosedTracesCount[]): readonly ClosedTracesCount[] {
  const found = new Map<string, ClosedTracesCount>();
  for (const count of counts) {
    const key = `${count.partition}/${count.hour}/${count.epoch}`;
    const existing = found.get(key);
    found.set(key, existing === undefined ? count : higher(existing, count));
  }
  return [...found.values()];
}

function higher(a: ClosedTracesCount, b: ClosedTracesCount): ClosedTracesCount {
  const first = Math.min(a.first, b.first);
  const end = Math.max(a.first + a.counts.length, b.first + b.counts.length);
  const counts = Array.from({ length: end - first }, (_, n) => Math.max(partOf(a, first + n), partOf(b, first + n)));
  return { ...a, first, counts };
}

const partOf = ({ first, counts }: ClosedTracesCount, part: number): number => counts[part - first] ?? 0;

const PARTS = 360;
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

function countsOf({ partition, hour, epochs }: ClosedTracesRecord): readonly ClosedTracesCount[] {
  const isRecord = isCount(partition) && isCount(hour) && Array.isArray(epochs);
  if (!isRecord) throw new TypeError('a record of closed traces needs partition, hour and epochs');
  return epochs.map(([epoch, first, counts]) => {
    const isGood = isCount(epoch) && isCount(first) && Array.isArray(counts) && first + counts.length <= PARTS && counts.every(isCount);
    if (!isGood) throw new TypeError('closed traces of a rule set are its number, a part of the hour and counts');
    return { hour, partition, epoch, first, counts };
  });
}
