import type { Row } from '../../index-types.js';
import type { OpenTraces } from '../table/open-traces.js';
import { aheadOf, PLACE, ROW_WORDS, SCHEDULED } from '../table/trace-row.js';
import { DueTraces } from './due-traces.js';

/** Initial capacity of a slot, in rows. */
const ROOM = 16;

/** The owner of the deadlines. */
export interface DeadlineOwner {
  /** The log time at which the trace is due; a span may have moved it since the trace was scheduled. */
  deadlineOf(row: Row): number;
  /** The deadline of the trace has passed. The owner may schedule the trace again. */
  passed(row: Row, deadline: number): void;
}

/**
 * A timer wheel for when each trace closes or is forgotten; its slots list rows. Most spans move a deadline to later, which costs nothing: the trace moves to
 * its new slot when the old one comes. Only an earlier deadline (the root arrived) is scheduled again at once. Slots are lists because a chain through the
 * rows would wait for the memory of one row after the other.
 *
 * Traces pass in the order of deadlines, and of ids where these are equal. So the order depends on the log alone.
 */
export class Deadlines {
  /** The rows of each slot in use (0: removed), and their number. */
  private readonly lists: (Uint32Array<ArrayBuffer> | undefined)[];
  private readonly lengths: Uint32Array;
  /** Spare lists for further slots. */
  private readonly spare: Uint32Array<ArrayBuffer>[] = [];
  private readonly mask: number;
  private readonly slotLength: number;
  /** The next slot, counted from time 0. */
  private cursor = 0;
  /** No trace is due before this time. */
  private earliest = Number.POSITIVE_INFINITY;
  private scheduled = 0;
  /** The log time that `passTo` reached: the reference of all times kept as 32 bits. */
  private reached = Number.NEGATIVE_INFINITY;
  private readonly due: DueTraces;
  /** Gives `fetch` a result, so that it is not optimized away. */
  fetched = 0;

  /** @param horizon the furthest deadline ahead, ms */
  constructor(
    private readonly traces: OpenTraces,
    horizon: number,
    slots = 4096,
  ) {
    this.due = new DueTraces(traces);
    this.lists = new Array<undefined>(slots).fill(undefined);
    this.lengths = new Uint32Array(slots);
    this.mask = slots - 1;
    this.slotLength = 2 ** Math.max(0, Math.ceil(Math.log2((horizon + 1) / (slots - 2))));
  }

  /** Schedules `row`, which is not scheduled, for log time `time`. */
  schedule(row: Row, time: number): void {
    const { rows } = this.traces;
    const slot = this.slotOf(time);
    const at = row * ROW_WORDS;
    const place = this.lengths[slot]!++;
    rows[at + SCHEDULED] = time >>> 0;
    rows[at + PLACE] = place;
    this.roomFor(slot, place)[place] = row;
    this.scheduled++;
    if (time < this.earliest) this.earliest = time;
  }

  /** Reschedules a trace whose deadline has become earlier than its slot. */
  hasten(row: Row, deadline: number): void {
    const scheduled = aheadOf(this.reached, this.traces.rows[row * ROW_WORDS + SCHEDULED]!);
    if (deadline >= scheduled) return;
    this.cancel(row);
    this.schedule(row, deadline);
  }

  /** Removes a scheduled trace. */
  cancel(row: Row): void {
    const { rows } = this.traces;
    const at = row * ROW_WORDS;
    this.lists[this.slotOf(aheadOf(this.reached, rows[at + SCHEDULED]!))]![rows[at + PLACE]!] = 0;
    this.scheduled--;
  }

  /** Advances log time to `now`: every trace whose deadline is at or before it passes. */
  passTo(now: number, owner: DeadlineOwner): void {
    if (now >= this.earliest) this.turn(now, owner);
    if (this.scheduled === 0) {
      this.cursor = Math.floor(now / this.slotLength);
      this.earliest = Number.POSITIVE_INFINITY;
    }
    this.reached = now;
  }

  /** Nothing is due before this log time; undefined when nothing is scheduled. */
  get next(): number | undefined {
    return this.scheduled === 0 ? undefined : this.earliest;
  }

  private turn(now: number, owner: DeadlineOwner): void {
    const { lengths, mask } = this;
    const target = Math.floor(now / this.slotLength);
    while (this.scheduled > 0 && this.cursor <= target) {
      while (this.cursor < target && lengths[this.cursor & mask] === 0) this.cursor++;
      const slotEnd = (this.cursor + 1) * this.slotLength;
      this.earliest = slotEnd;
      this.visit(this.cursor, Math.min(now, slotEnd - 1), owner);
      if (this.cursor === target) return;
      this.cursor++;
    }
    this.earliest = this.cursor * this.slotLength;
  }

  /** Empties a slot: deadlines up to `until` pass, the others are scheduled again. */
  private visit(slot: number, until: number, owner: DeadlineOwner): void {
    const number = slot & this.mask;
    const list = this.lists[number];
    if (list === undefined) return;
    const length = this.lengths[number]!;
    this.lists[number] = undefined;
    this.lengths[number] = 0;
    this.fetch(list, length);
    const { due } = this;
    due.count = 0;
    for (let place = 0; place < length; place++) {
      const row = list[place]! as Row;
      if (row === 0) continue;
      this.scheduled--;
      const deadline = owner.deadlineOf(row);
      if (deadline <= until) due.add(row, deadline);
      else this.schedule(row, deadline);
    }
    this.spare.push(list);
    due.sort();
    for (let n = 0; n < due.count; n++) owner.passed(due.rows[n]! as Row, due.deadlines[n]!);
  }

  /** Reads each row in a short loop, so that the processor waits for the memory of many at once. */
  private fetch(list: Uint32Array, length: number): void {
    const { rows } = this.traces;
    let read = 0;
    for (let place = 0; place < length; place++) read ^= rows[list[place]! * ROW_WORDS]!;
    this.fetched = read;
  }

  private roomFor(slot: number, place: number): Uint32Array {
    const list = this.lists[slot];
    if (list !== undefined && place < list.length) return list;
    const longer = list === undefined ? (this.spare.pop() ?? new Uint32Array(ROOM)) : new Uint32Array(list.length * 2);
    if (list !== undefined) longer.set(list);
    this.lists[slot] = longer;
    return longer;
  }

  private slotOf(time: number): number {
    return Math.floor(time / this.slotLength) & this.mask;
  }
}
