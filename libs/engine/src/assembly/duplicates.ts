import { IdList } from './id-list.js';
import { IdTable } from './id-table.js';
import type { OpenTraces } from './open-traces.js';
import { FLAGS, MANY_SPANS, MISSING, ROW_WORDS, SPAN_IDS } from './trace-row.js';

/** Ids of a trace kept as a list; one with more goes to the table. */
const LISTED = 28;

/**
 * The exact set of span ids of all remembered traces: says which span is a duplicate, and counts the parents that were named
 * but not seen, so that a trace's completeness is known at any time without a walk over its spans.
 */
export class Duplicates {
  private readonly list = new IdList();
  private readonly table = new IdTable();

  constructor(private readonly traces: OpenTraces) {}

  /** Notes a span of a trace; false when it is a duplicate (then nothing changed). `parentHigh` and `parentLow` are 0 for a root. */
  add(row: number, high: number, low: number, parentHigh: number, parentLow: number): boolean {
    const many = (this.traces.rows[row * ROW_WORDS + FLAGS]! & MANY_SPANS) !== 0;
    return many ? this.addToTable(row, high, low, parentHigh, parentLow) : this.addToList(row, high, low, parentHigh, parentLow);
  }

  /** Forgets all ids of a trace. */
  forget(row: number): void {
    const { rows } = this.traces;
    const first = rows[row * ROW_WORDS + SPAN_IDS]!;
    if ((rows[row * ROW_WORDS + FLAGS]! & MANY_SPANS) !== 0) this.table.forget(first);
    else this.list.forget(first);
  }

  /** Bytes in use. */
  get bytes(): number {
    return this.list.bytes + this.table.bytes;
  }

  private addToList(row: number, high: number, low: number, parentHigh: number, parentLow: number): boolean {
    const { list } = this;
    const { rows } = this.traces;
    const at = row * ROW_WORDS;
    let first = rows[at + SPAN_IDS]!;
    list.find(first, high, low, parentHigh, parentLow);
    const { span, parent, length } = list;
    if (span === 0) first = list.add(first, high, low, true);
    else if (list.isSeen(span)) return false;
    else {
      list.see(span);
      rows[at + MISSING]!--;
    }
    const ownParent = parentLow === low && parentHigh === high;
    if ((parentHigh | parentLow) !== 0 && parent === 0 && !ownParent) {
      first = list.add(first, parentHigh, parentLow, false);
      rows[at + MISSING]!++;
    }
    rows[at + SPAN_IDS] = first;
    if (length >= LISTED) this.moveToTable(row);
    return true;
  }

  private addToTable(row: number, high: number, low: number, parentHigh: number, parentLow: number): boolean {
    const { table } = this;
    const { rows } = this.traces;
    const at = row * ROW_WORDS;
    const span = table.find(row, high, low);
    if (span === 0) rows[at + SPAN_IDS] = table.add(row, high, low, true, rows[at + SPAN_IDS]!);
    else if (table.isSeen(span)) return false;
    else {
      table.see(span);
      rows[at + MISSING]!--;
    }
    if ((parentHigh | parentLow) !== 0 && table.find(row, parentHigh, parentLow) === 0) {
      rows[at + SPAN_IDS] = table.add(row, parentHigh, parentLow, false, rows[at + SPAN_IDS]!);
      rows[at + MISSING]!++;
    }
    return true;
  }

  private moveToTable(row: number): void {
    const { rows } = this.traces;
    const at = row * ROW_WORDS;
    const first = rows[at + SPAN_IDS]!;
    let chain = 0;
    this.list.forEach(first, (high, low, seen) => {
      chain = this.table.add(row, high, low, seen, chain);
    });
    this.list.forget(first);
    rows[at + SPAN_IDS] = chain;
    rows[at + FLAGS]! |= MANY_SPANS;
  }
}
