const LATEST = 1_000;

/** The latest 1,000 of some times. */
export class LatestLatencies {
  private readonly latest: number[] = [];
  private next = 0;

  /** Milliseconds; 0 when the clock was set back. */
  note(milliseconds: number): void {
    this.latest[this.next] = Math.max(0, milliseconds) / 1_000;
    this.next = (this.next + 1) % LATEST;
  }

  /** Seconds, in no order. */
  get seconds(): readonly number[] {
    return [...this.latest];
  }
}
