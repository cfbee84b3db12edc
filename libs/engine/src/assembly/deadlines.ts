import type { OpenTraces } from './open-traces.js';
import { aheadOf, ID, NEXT, PREVIOUS, ROW_WORDS, SCHEDULED } from './trace-row.js';

/** Whose deadlines they are. */
export interface DeadlineOwner {
  /** The log time at which the trace is due, as of now: a span may have moved it since it was scheduled. */
  deadlineOf(row: number): number;
  /** The log has passed the trace's deadline. The owner may schedule it again. */
  passed(row: number, deadline: number): void;
}

/**
 * When each trace closes or is forgotten: a timer wheel whose slots chain the rows. A span moves its trace's deadline, mostly
 * to later: that costs nothing here, the trace is looked at when its old slot comes and goes to its new one then. Only a
 * deadline that comes nearer (the root arrived) is scheduled anew at once.
 *
 * Traces pass in the order of their deadlines; of equal ones the order is that of the ids, so that it depends on the log only.
 */
export class Deadlines {
  private readonly heads: Uint32Array;
  private readonly mask: number;
  private readonly slotLength: number;
  /** The slot to look at next, counted from time 0. */
  private cursor = 0;
  /** No trace is due before. */
  private earliest = Number.POSITIVE_INFINITY;
  private scheduled = 0;
  /** The log time to which `passTo` got: the reference of all times kept as 32 bits. */
  private reached = Number.NEGATIVE_INFINITY;
  private due: { row: number; deadline: number }[] = [];

  /** `horizon`: no deadline is ever further ahead than this many milliseconds. */
  constructor(
    private readonly traces: OpenTraces,
    horizon: number,
    slots = 4096,
  ) {
    this.heads = new Uint32Array(slots);
    this.mask = slots - 1;
    this.slotLength = 2 ** Math.max(0, Math.ceil(Math.log2((horizon + 1) / (slots - 2))));
  }

  /** Has `row`, which is not scheduled, looked at when the log reaches `time`. */
  schedule(row: number, time: number): void {
    const { rows } = this.traces;
    const slot = this.slotOf(time);
    const head = this.heads[slot]!;
    const at = row * ROW_WORDS;
    rows[at + SCHEDULED] = time >>> 0;
    rows[at + PREVIOUS] = 0;
    rows[at + NEXT] = head;
    if (head !== 0) rows[head * ROW_WORDS + PREVIOUS] = row;
    this.heads[slot] = row;
    this.scheduled++;
    if (time < this.earliest) this.earliest = time;
  }

  /** Brings a scheduled trace nearer when its deadline is now before the time it would be looked at. */
  hasten(row: number, deadline: number): void {
    const scheduled = aheadOf(this.reached, this.traces.rows[row * ROW_WORDS + SCHEDULED]!);
    if (deadline >= scheduled) return;
    this.cancel(row);
    this.schedule(row, deadline);
  }

  /** Takes a scheduled trace out. */
  cancel(row: number): void {
    const { rows } = this.traces;
    const at = row * ROW_WORDS;
    const previous = rows[at + PREVIOUS]!;
    const next = rows[at + NEXT]!;
    if (previous !== 0) rows[previous * ROW_WORDS + NEXT] = next;
    else this.heads[this.slotOf(aheadOf(this.reached, rows[at + SCHEDULED]!))] = next;
    if (next !== 0) rows[next * ROW_WORDS + PREVIOUS] = previous;
    this.scheduled--;
  }

  /** The log's time is `now`: every trace whose deadline is at or before it passes. */
  passTo(now: number, owner: DeadlineOwner): void {
    if (now >= this.earliest) this.turn(now, owner);
    if (this.scheduled === 0) {
      this.cursor = Math.floor(now / this.slotLength);
      this.earliest = Number.POSITIVE_INFINITY;
    }
    this.reached = now;
  }

  /** A log time before which nothing is due; undefined when nothing is scheduled. */
  get next(): number | undefined {
    return this.scheduled === 0 ? undefined : this.earliest;
  }

  private turn(now: number, owner: DeadlineOwner): void {
    const target = Math.floor(now / this.slotLength);
    while (this.scheduled > 0 && this.cursor <= target) {
      const slotEnd = (this.cursor + 1) * this.slotLength;
      this.earliest = slotEnd;
      this.visit(this.cursor, Math.min(now, slotEnd - 1), owner);
      if (this.cursor === target) return;
      this.cursor++;
    }
    this.earliest = this.cursor * this.slotLength;
  }

  /** Empties a slot: what is due by `until` passes, the rest is scheduled for its present deadline. */
  private visit(slot: number, until: number, owner: DeadlineOwner): void {
    const head = slot & this.mask;
    let row = this.heads[head]!;
    if (row === 0) return;
    this.heads[head] = 0;
    const due = this.due;
    while (row !== 0) {
      const next = this.traces.rows[row * ROW_WORDS + NEXT]!;
      this.scheduled--;
      const deadline = owner.deadlineOf(row);
      if (deadline <= until) due.push({ row, deadline });
      else this.schedule(row, deadline);
      row = next;
    }
    if (due.length > 1) due.sort((a, b) => a.deadline - b.deadline || this.compareIds(a.row, b.row));
    for (const { row, deadline } of due) owner.passed(row, deadline);
    due.length = 0;
  }

  private compareIds(a: number, b: number): number {
    const { rows } = this.traces;
    for (let word = ID; word < ID + 4; word++) {
      const difference = rows[a * ROW_WORDS + word]! - rows[b * ROW_WORDS + word]!;
      if (difference !== 0) return difference;
    }
    return 0;
  }

  private slotOf(time: number): number {
    return Math.floor(time / this.slotLength) & this.mask;
  }
}
