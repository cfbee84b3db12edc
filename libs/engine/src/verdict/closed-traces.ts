/** Milliseconds of the log's time in which closed traces are counted together (docs/decisions/0053). */
const PART_MS = 10_000;
const PARTS_OF_HOUR = 360;
/** Number of hours kept: the current one, the one before, and the next, in which a trace that closes now may become quiet. */
const HOURS_KEPT = 3;

/** Closed traces of one rule set in an hour: the number per part, from part `first` of the hour on. */
export interface ClosedInHour {
  readonly epoch: number;
  readonly first: number;
  readonly counts: readonly number[];
}

/**
 * Counts closed traces, by log time and by the rule set under which they opened. The log alone determines which trace closes when. So two evaluators that
 * judge the same records count the same.
 */
export class ClosedTraces {
  /** The last three hours: by hour, then by epoch, the counts by part. */
  private readonly hours = new Map<number, Map<number, number[]>>();

  /** @param part milliseconds; an hour is 360 of them */
  constructor(private readonly part = PART_MS) {}

  /** A trace that opened under `epoch` closed; it became quiet at `time` (Unix ms, log time). */
  note(time: number, epoch: number): void {
    const parts = Math.floor(time / this.part);
    const hour = Math.floor(parts / PARTS_OF_HOUR);
    let epochs = this.hours.get(hour);
    if (epochs === undefined) {
      this.hours.set(hour, (epochs = new Map()));
      if (this.hours.size > HOURS_KEPT) this.hours.delete(Math.min(...this.hours.keys()));
    }
    let counts = epochs.get(epoch);
    if (counts === undefined) epochs.set(epoch, (counts = Array.from({ length: PARTS_OF_HOUR }, () => 0)));
    const part = parts % PARTS_OF_HOUR;
    counts[part] = counts[part]! + 1;
  }

  /** Traces that closed in an hour (whole hours since 1970), in the order of epochs. */
  of(hour: number): readonly ClosedInHour[] {
    return [...(this.hours.get(hour) ?? [])]
      .sort(([a], [b]) => a - b)
      .map(([epoch, counts]) => {
        const first = counts.findIndex((count) => count > 0);
        return { epoch, first, counts: counts.slice(first, counts.findLastIndex((count) => count > 0) + 1) };
      });
  }
}
