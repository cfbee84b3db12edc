import type { ClosedTraces } from '#engine';
import { type ClosedTracesRecord, closedTracesKey } from '#records';

const HOUR = 3_600_000;

/** Counts how many traces of one partition closed under which rule set, by hour of log time, as records for the API. */
export class ClosedTracePublisher {
  /** The published counts, by hour. */
  private readonly published = new Map<number, string>();

  constructor(
    private readonly partition: number,
    private readonly closed: ClosedTraces,
    private readonly logTime: () => number,
  ) {}

  /**
   * Records of the current hour, the one before, and the next, in which traces that close now may become quiet. A later record of an hour includes the
   * earlier one. None without changes.
   */
  records(): readonly ClosedTracesRecord[] {
    const present = Math.floor(this.logTime() / HOUR);
    for (const hour of this.published.keys()) if (hour < present - 1) this.published.delete(hour);
    return [present - 1, present, present + 1].flatMap((hour): readonly ClosedTracesRecord[] => {
      const epochs = this.closed.of(hour).map(({ epoch, first, counts }) => [epoch, first, counts] as const);
      const text = JSON.stringify(epochs);
      if (epochs.length === 0 || this.published.get(hour) === text) return [];
      this.published.set(hour, text);
      return [{ kind: 'traces', partition: this.partition, hour, epochs }];
    });
  }

  /** The last result could not be published. */
  untold(records: readonly ClosedTracesRecord[]): void {
    for (const { hour } of records) this.published.delete(hour);
  }

  key({ partition, hour }: ClosedTracesRecord): string {
    return closedTracesKey(partition, hour);
  }
}
