import type { Row, SpanIndex } from '../index-types.js';
import { IdList } from './table/id-list.js';
import { IdTable } from './table/id-table.js';
import type { OpenTraces } from './table/open-traces.js';
import type { SpanIds } from './table/span-ids.js';
import { FLAGS, MANY_SPANS, MISSING, ROW_WORDS, SPAN_IDS } from './table/trace-row.js';

/** Ids of a trace that are kept as a list; a larger trace moves to the table. */
const LISTED = 28;
/** Approximate heap bytes for further forms of a trace's spans. */
const FORMS_BYTES = 300;

/** The span has no form yet. */
const NO_FORM = 2 ** 32;

/** The relation of a span to its trace. */
export const NEW = 0;
/** The span was seen in this form. */
export const DUPLICATE = 1;
/** The span was seen with other content. */
export const OTHER_FORM = 2;
/** The span was seen with other content and the same times. */
export const SAME_TIMES = 3;
/** The span was seen in a form that was `SAME_TIMES` when it came. */
export const DUPLICATE_SAME_TIMES = 4;
export type Seen = typeof NEW | typeof DUPLICATE | typeof OTHER_FORM | typeof SAME_TIMES | typeof DUPLICATE_SAME_TIMES;

/** Nothing changes. */
export function isDuplicate(seen: Seen): boolean {
  return seen === DUPLICATE || seen === DUPLICATE_SAME_TIMES;
}

/**
 * The exact set of span ids of all remembered traces, to recognise duplicates. It also counts parents that were named but not seen. So a trace's completeness
 * is known at any time without a walk over its spans.
 */
export class Duplicates {
  private readonly list = new IdList();
  private readonly table = new IdTable();
  /** By row: forms of spans that came in several forms, or as both client and server span (Zipkin, B3). Few traces have any. */
  private readonly forms = new Map<number, Set<string>>();

  constructor(private readonly traces: OpenTraces) {}

  /**
   * Notes span `i` of a trace. A duplicate changes nothing; a further form is noted as such. A client and a server span may share an id: they are two spans.
   *
   * @param form 32 signed bits of a hash of its content; the high half is the hash of its times. Another value is another form of the span
   */
  add(row: Row, ids: SpanIds, i: SpanIndex, form: number): Seen {
    const many = (this.traces.rows[row * ROW_WORDS + FLAGS]! & MANY_SPANS) !== 0;
    return many ? this.addToTable(row, ids, i, form) : this.addToList(row, ids, i, form);
  }

  /** Whether a span with this id was seen, in any form: a server span, or another. */
  has(row: Row, high: number, low: number, server: boolean): boolean {
    const { rows } = this.traces;
    const at = row * ROW_WORDS;
    const { list, table } = this;
    if ((rows[at + FLAGS]! & MANY_SPANS) !== 0) {
      const entry = table.find(row, high, low);
      return entry !== 0 && table.isSeen(entry, server);
    }
    list.find(rows[at + SPAN_IDS]!, high, low, high, low);
    return list.span !== 0 && list.isSeen(list.span, server);
  }

  /** A span comes again. @param first the span's form, if its id has no other */
  private again(row: Row, high: number, low: number, server: boolean, form: number, first: number): Seen {
    if (form === first) return DUPLICATE;
    const hasTimes = first !== NO_FORM && first >>> 16 === form >>> 16;
    const known = this.noteForm(row, high, low, server, form, hasTimes);
    if (known === 'form') return DUPLICATE;
    if (known === 'same times') return DUPLICATE_SAME_TIMES;
    return hasTimes || known === 'times' ? SAME_TIMES : OTHER_FORM;
  }

  /** Notes a further form of a span, which may share the times of the first. Returns what was noted before: the form and its arrival, or its times. */
  private noteForm(
    row: Row,
    high: number,
    low: number,
    server: boolean,
    form: number,
    hasTimes: boolean,
  ): 'form' | 'same times' | 'times' | undefined {
    const forms = this.formsOf(row);
    const [ofTimes, ofAll, ofSameTimes] = notesOf(high, low, server, form);
    if (forms.has(ofAll)) return forms.has(ofSameTimes) ? 'same times' : 'form';
    const known = forms.has(ofTimes) ? 'times' : undefined;
    forms.add(ofTimes).add(ofAll);
    if (hasTimes || known === 'times') forms.add(ofSameTimes);
    return known;
  }

  /** Notes the first form of one side of a call here, because both sides share one place in the list. */
  private noteFirst(row: Row, high: number, low: number, server: boolean, form: number): void {
    const [ofTimes, ofAll] = notesOf(high, low, server, form);
    this.formsOf(row).add(ofTimes).add(ofAll);
  }

  private formsOf(row: Row): Set<string> {
    let forms = this.forms.get(row);
    if (forms === undefined) this.forms.set(row, (forms = new Set()));
    return forms;
  }

  /** Forgets all ids of a trace. */
  forget(row: Row): void {
    if (this.forms.size > 0) this.forms.delete(row);
    const { rows } = this.traces;
    const first = rows[row * ROW_WORDS + SPAN_IDS]!;
    if ((rows[row * ROW_WORDS + FLAGS]! & MANY_SPANS) !== 0) this.table.forget(first);
    else this.list.forget(first);
  }

  /** Bytes in use. */
  get bytes(): number {
    return this.list.bytes + this.table.bytes + this.forms.size * FORMS_BYTES;
  }

  private addToList(row: Row, ids: SpanIds, i: SpanIndex, form: number): Seen {
    const high = ids.spanIds[2 * i]!;
    const low = ids.spanIds[2 * i + 1]!;
    const parentHigh = ids.parentIds[2 * i]!;
    const parentLow = ids.parentIds[2 * i + 1]!;
    const server = ids.isServer(i);
    const { list } = this;
    const { rows } = this.traces;
    const at = row * ROW_WORDS;
    let first = rows[at + SPAN_IDS]!;
    list.find(first, high, low, parentHigh, parentLow);
    const { span, parent, length } = list;
    let seen: Seen = NEW;
    if (span === 0) {
      first = list.add(first, high, low);
      list.see(list.span, server, form);
    } else {
      seen = this.seeAgain(row, list, span, high, low, server, form);
      if (isDuplicate(seen)) return seen;
    }
    const ownParent = parentLow === low && parentHigh === high;
    if ((parentHigh | parentLow) !== 0 && parent === 0 && !ownParent) {
      first = list.add(first, parentHigh, parentLow);
      rows[at + MISSING]!++;
    }
    rows[at + SPAN_IDS] = first;
    if (length >= LISTED) this.moveToTable(row);
    return seen;
  }

  private addToTable(row: Row, ids: SpanIds, i: SpanIndex, form: number): Seen {
    const high = ids.spanIds[2 * i]!;
    const low = ids.spanIds[2 * i + 1]!;
    const parentHigh = ids.parentIds[2 * i]!;
    const parentLow = ids.parentIds[2 * i + 1]!;
    const server = ids.isServer(i);
    const { table } = this;
    const { rows } = this.traces;
    const at = row * ROW_WORDS;
    const span = table.find(row, high, low);
    let seen: Seen = NEW;
    if (span === 0) {
      rows[at + SPAN_IDS] = table.add(row, high, low, rows[at + SPAN_IDS]!);
      table.see(rows[at + SPAN_IDS]!, server, form);
    } else {
      seen = this.seeAgain(row, table, span, high, low, server, form);
      if (isDuplicate(seen)) return seen;
    }
    if ((parentHigh | parentLow) !== 0 && table.find(row, parentHigh, parentLow) === 0) {
      rows[at + SPAN_IDS] = table.add(row, parentHigh, parentLow, rows[at + SPAN_IDS]!);
      rows[at + MISSING]!++;
    }
    return seen;
  }

  /** The id has a place already: of a parent, of the other side of the call, or of the same span. */
  private seeAgain(row: Row, ids: IdList | IdTable, place: number, high: number, low: number, server: boolean, form: number): Seen {
    const other = ids.isSeen(place, !server);
    if (ids.isSeen(place, server)) return this.again(row, high, low, server, form, other ? NO_FORM : ids.formOf(place));
    if (other) {
      this.noteFirst(row, high, low, !server, ids.formOf(place));
      this.noteFirst(row, high, low, server, form);
    } else this.traces.rows[row * ROW_WORDS + MISSING]!--;
    ids.see(place, server, form);
    return NEW;
  }

  private moveToTable(row: Row): void {
    const { list, table } = this;
    const { rows } = this.traces;
    const at = row * ROW_WORDS;
    const first = rows[at + SPAN_IDS]!;
    let chain = 0;
    list.forEach(first, (high, low, place) => {
      chain = table.add(row, high, low, chain);
      for (const server of [false, true]) if (list.isSeen(place, server)) table.see(chain, server, list.formOf(place));
    });
    list.forget(first);
    rows[at + SPAN_IDS] = chain;
    rows[at + FLAGS]! |= MANY_SPANS;
  }
}

/** How a form is noted: its times, its content, and whether it follows another with its times. */
function notesOf(high: number, low: number, server: boolean, form: number): readonly [string, string, string] {
  const id = `${high} ${low} ${server}`;
  return [`${id} at ${form >>> 16}`, `${id} ${form}`, `${id} ${form} again`];
}
