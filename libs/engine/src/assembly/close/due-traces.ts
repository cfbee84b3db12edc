import type { Row } from '../../index-types.js';
import type { OpenTraces } from '../table/open-traces.js';
import { ID, ROW_WORDS } from '../table/trace-row.js';

/** Initial capacity, in traces. */
const ROOM = 64;

/**
 * Traces whose deadlines have come, ordered by deadline, then by id. Hundreds of traces share one moment, twice each. So it sorts typed arrays itself: a
 * comparison function for `Array.sort` took a twentieth of the cost per span.
 */
export class DueTraces {
  count = 0;
  rows = new Uint32Array(ROOM);
  deadlines = new Float64Array(ROOM);
  /** The target of merges in `sort`, swapped with the two others. */
  private mergedRows = new Uint32Array(ROOM);
  private mergedDeadlines = new Float64Array(ROOM);

  constructor(private readonly traces: OpenTraces) {}

  add(row: Row, deadline: number): void {
    if (this.count === this.rows.length) this.grow();
    this.rows[this.count] = row;
    this.deadlines[this.count] = deadline;
    this.count++;
  }

  /** Merges runs of one, two, four … traces. */
  sort(): void {
    const { count } = this;
    for (let run = 1; run < count; run *= 2) {
      for (let from = 0; from < count; from += 2 * run) this.merge(from, Math.min(from + run, count), Math.min(from + 2 * run, count));
      [this.rows, this.mergedRows] = [this.mergedRows, this.rows];
      [this.deadlines, this.mergedDeadlines] = [this.mergedDeadlines, this.deadlines];
    }
  }

  /** Merges the sorted runs from `from` to `middle` and from there to `to`. */
  private merge(from: number, middle: number, to: number): void {
    const { rows, deadlines, mergedRows, mergedDeadlines } = this;
    let left = from;
    let right = middle;
    for (let at = from; at < to; at++) {
      const isLeft = right === to || (left < middle && this.isBefore(left, right));
      const next = isLeft ? left++ : right++;
      mergedRows[at] = rows[next]!;
      mergedDeadlines[at] = deadlines[next]!;
    }
  }

  private isBefore(a: number, b: number): boolean {
    const { rows, deadlines } = this;
    if (deadlines[a] !== deadlines[b]) return deadlines[a]! < deadlines[b]!;
    const { rows: words } = this.traces;
    const idOfA = rows[a]! * ROW_WORDS + ID;
    const idOfB = rows[b]! * ROW_WORDS + ID;
    for (let word = 0; word < 4; word++) {
      if (words[idOfA + word] !== words[idOfB + word]) return words[idOfA + word]! < words[idOfB + word]!;
    }
    return false;
  }

  private grow(): void {
    const room = 2 * this.count;
    const [rows, deadlines] = [new Uint32Array(room), new Float64Array(room)];
    rows.set(this.rows);
    deadlines.set(this.deadlines);
    this.rows = rows;
    this.deadlines = deadlines;
    this.mergedRows = new Uint32Array(room);
    this.mergedDeadlines = new Float64Array(room);
  }
}
