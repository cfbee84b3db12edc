import type { OutgoingRecord } from '#messaging';
import { withDeadline } from '#waiting';

/** The fate of appended spans, independent of the responses to their senders. */
export class AppendedSpans {
  /** The log has them. */
  logged = 0;
  /** The log has not answered yet. */
  underWay = 0;
  /** The log answered that it cannot confirm them. */
  unconfirmed = 0;
  /** By partition: the offset after the last record that the log has confirmed. */
  readonly ends = new Map<number, number>();
  private readonly undecided = new Set<Promise<unknown>>();

  /** Follows an append of this many spans to its end; returns the same promise. */
  follow(appended: Promise<readonly number[]>, records: readonly OutgoingRecord[], spans: number): Promise<readonly number[]> {
    this.underWay += spans;
    const decided = appended
      .then(
        (offsets) => this.confirm(offsets, records, spans),
        () => {
          this.unconfirmed += spans;
        },
      )
      .finally(() => {
        this.underWay -= spans;
        this.undecided.delete(decided);
      });
    this.undecided.add(decided);
    return appended;
  }

  /** Returns whether the results of all earlier appends are known within this many ms. */
  async decided(milliseconds: number): Promise<boolean> {
    try {
      await withDeadline(Promise.all(this.undecided), milliseconds, () => new Error('not in time'));
      return true;
    } catch {
      return false;
    }
  }

  private confirm(offsets: readonly number[], records: readonly OutgoingRecord[], spans: number): void {
    this.logged += spans;
    for (const [i, { partition }] of records.entries()) this.ends.set(partition, Math.max(this.ends.get(partition) ?? 0, offsets[i]! + 1));
  }
}
