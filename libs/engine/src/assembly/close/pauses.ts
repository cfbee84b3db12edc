/** Where a successor starts to read. */
export interface ContextStart {
  /** Log time (Unix ms) of the first record that it needs, or a little earlier. */
  readonly logTime: number;
  /** Milliseconds of the pauses before that record. */
  readonly paused: number;
}

interface Pause {
  /** Its trace time. */
  readonly at: number;
  /** The sum of the pauses before it, ms. */
  readonly before: number;
}

/**
 * *Trace time*, in which traces are assembled: log time without the pauses in which nothing could be appended. So BeTrace's own downtime does not count as silence of a
 * trace, and does not age it. Cells of time (`long-traces.ts`) are in trace time, too.
 */
export class Pauses {
  private readonly recent: Pause[] = [];

  /** @param paused the pauses before the first record, ms (for a successor: from its predecessor's commit) */
  constructor(private paused = 0) {}

  get total(): number {
    return this.paused;
  }

  /** A record at this log time reports a pause. The pause is at most as long as the silence of the log since `now` (trace time). */
  add(pause: number, logTime: number, now: number): void {
    const longest = Number.isFinite(now) ? logTime - this.paused - now : pause;
    const length = Math.min(pause, longest);
    if (!(length > 0)) return;
    this.recent.push({ at: logTime - this.paused - length, before: this.paused });
    this.paused += length;
  }

  /** Pauses before this trace time are no longer needed. */
  forgetBefore(time: number): void {
    let gone = 0;
    while (gone < this.recent.length && this.recent[gone]!.at < time) gone++;
    if (gone > 0) this.recent.splice(0, gone);
  }

  /** Where the records from this trace time on begin. Pauses among those records are not included, because a successor reads them again. */
  startOf(time: number): ContextStart {
    const later = this.recent.find(({ at }) => at >= time);
    const paused = later?.before ?? this.paused;
    return { logTime: time + paused, paused };
  }
}
