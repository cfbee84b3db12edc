import type { Row } from '../../indexes.js';
import type { OpenTraces } from '../table/open-traces.js';
import { aheadOf, PLACE, ROW_WORDS, SCHEDULED } from '../table/trace-row.js';
import { DueTraces } from './due-traces.js';

/** Rows that a slot has room for at first. */
const ROOM = 16;

/** Whose deadlines they are. */
export interface DeadlineOwner {
  /** The log time at which the trace is due, as of now: a span may have moved it since it was scheduled. */
  deadlineOf(row: Row): number;
  /** The log has passed the trace's deadline. The owner may schedule it again. */
  passed(row: Row, deadline: number): void;
}

/**
 * When each trace closes or is forgotten: a timer wheel whose slots list the rows. A span moves its trace's deadline, mostly
 * to later: that costs nothing here, the trace is looked at when its old slot comes and goes to its new one then. Only a
 * deadline that comes nearer (the root arrived) is scheduled again at once. (Lists, because a chain through the rows has the processor
 * wait for the memory of one row after the other.)
 *
 * Traces pass in the order of their deadlines; of equal ones the order is that of the ids, so that it depends on the log only.
 */
export class Deadlines {
  /** The rows of each slot in use, 0 for one that was taken out; and how many they are. */
  private readonly lists: (Uint32Array<ArrayBuffer> | undefined)[];
  private readonly lengths: Uint32Array;
  /** Lists for slots that come into use. */
  private readonly spare: Uint32Array<ArrayBuffer>[] = [];
  private readonly mask: number;
  private readonly slotLength: number;
  /** The slot to look at next, counted from time 0. */
  private cursor = 0;
  /** No trace is due before. */
  private earliest = Number.POSITIVE_INFINITY;
  private scheduled = 0;
  /** The log time to which `passTo` got: the reference of all times kept as 32 bits. */
  private reached = Number.NEGATIVE_INFINITY;
  private readonly due: DueTraces;
  /** Makes `fetch` have a result, or it would be optimized away. */
  fetched = 0;

  /** `horizon`: no deadline is ever further ahead than this many milliseconds. */
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

  /** Has `row`, which is not scheduled, looked at when the log reaches `time`. */
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

  /** Brings a scheduled trace nearer when its deadline is now before the time it would be looked at. */
  hasten(row: Row, deadline: number): void {
    const scheduled = aheadOf(this.reached, this.traces.rows[row * ROW_WORDS + SCHEDULED]!);
    if (deadline >= scheduled) return;
    this.cancel(row);
    this.schedule(row, deadline);
  }

  /** Takes a scheduled trace out. */
  cancel(row: Row): void {
    const { rows } = this.traces;
    const at = row * ROW_WORDS;
    this.lists[this.slotOf(aheadOf(this.reached, rows[at + SCHEDULED]!))]![rows[at + PLACE]!] = 0;
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

  /** Reads of each row, in a loop so short that the processor waits for the memory of many at once. */
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
