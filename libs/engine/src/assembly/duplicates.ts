import { IdList } from './id-list.js';
import { IdTable } from './id-table.js';
import type { OpenTraces } from './open-traces.js';
import { FLAGS, MANY_SPANS, MISSING, ROW_WORDS, SPAN_IDS } from './trace-row.js';

/** Ids of a trace kept as a list; one with more goes to the table. */
const LISTED = 28;
/** Of the heap, about, for the further forms of a trace's spans. */
const FORMS_BYTES = 300;

/** What a span is to its trace. */
export const NEW = 0;
/** It was seen, in this form. */
export const DUPLICATE = 1;
/** It was seen, but with other content. */
export const OTHER_FORM = 2;
export type Seen = typeof NEW | typeof DUPLICATE | typeof OTHER_FORM;

/** A span as `Duplicates` tells it from others. */
export interface SpanIdentity {
  readonly high: number;
  readonly low: number;
  /** A client and a server span may share an id (Zipkin, B3): they are two spans. */
  readonly server: boolean;
  /** 16 bits of a hash of its content: what comes again with another one is another form of the span. */
  readonly form: number;
  /** 0 for a root. */
  readonly parentHigh: number;
  readonly parentLow: number;
}

/**
 * The exact set of span ids of all remembered traces: says which span is a duplicate, and counts the parents that were named
 * but not seen, so that a trace's completeness is known at any time without a walk over its spans.
 */
export class Duplicates {
  private readonly list = new IdList();
  private readonly table = new IdTable();
  /** The further forms of spans that came in several, by row: few have any. */
  private readonly furtherForms = new Map<number, Set<string>>();

  constructor(private readonly traces: OpenTraces) {}

  /** Notes a span of a trace. Of a duplicate nothing changes; a further form of a span is noted as such. */
  add(row: number, span: SpanIdentity): Seen {
    const many = (this.traces.rows[row * ROW_WORDS + FLAGS]! & MANY_SPANS) !== 0;
    return many ? this.addToTable(row, span) : this.addToList(row, span);
  }

  /** Whether a span with this id was seen, in whatever form: a server span, or another. */
  has(row: number, high: number, low: number, server: boolean): boolean {
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

  /** A span comes again that was first seen in the form `first`. */
  private again(row: number, { high, low, server, form }: SpanIdentity, first: number): Seen {
    if (form === first) return DUPLICATE;
    let forms = this.furtherForms.get(row);
    if (forms === undefined) this.furtherForms.set(row, (forms = new Set()));
    const key = `${high} ${low} ${server} ${form}`;
    if (forms.has(key)) return DUPLICATE;
    forms.add(key);
    return OTHER_FORM;
  }

  /** Forgets all ids of a trace. */
  forget(row: number): void {
    if (this.furtherForms.size > 0) this.furtherForms.delete(row);
    const { rows } = this.traces;
    const first = rows[row * ROW_WORDS + SPAN_IDS]!;
    if ((rows[row * ROW_WORDS + FLAGS]! & MANY_SPANS) !== 0) this.table.forget(first);
    else this.list.forget(first);
  }

  /** Bytes in use. */
  get bytes(): number {
    return this.list.bytes + this.table.bytes + this.furtherForms.size * FORMS_BYTES;
  }

  private addToList(row: number, identity: SpanIdentity): Seen {
    const { high, low, server, form, parentHigh, parentLow } = identity;
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
    } else if (list.isSeen(span, server)) {
      seen = this.again(row, identity, list.formOf(span, server));
      if (seen === DUPLICATE) return seen;
    } else {
      if (!list.isSeen(span, !server)) rows[at + MISSING]!--;
      list.see(span, server, form);
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

  private addToTable(row: number, identity: SpanIdentity): Seen {
    const { high, low, server, form, parentHigh, parentLow } = identity;
    const { table } = this;
    const { rows } = this.traces;
    const at = row * ROW_WORDS;
    const span = table.find(row, high, low);
    let seen: Seen = NEW;
    if (span === 0) {
      rows[at + SPAN_IDS] = table.add(row, high, low, rows[at + SPAN_IDS]!);
      table.see(rows[at + SPAN_IDS]!, server, form);
    } else if (table.isSeen(span, server)) {
      seen = this.again(row, identity, table.formOf(span, server));
      if (seen === DUPLICATE) return seen;
    } else {
      if (!table.isSeen(span, !server)) rows[at + MISSING]!--;
      table.see(span, server, form);
    }
    if ((parentHigh | parentLow) !== 0 && table.find(row, parentHigh, parentLow) === 0) {
      rows[at + SPAN_IDS] = table.add(row, parentHigh, parentLow, rows[at + SPAN_IDS]!);
      rows[at + MISSING]!++;
    }
    return seen;
  }

  private moveToTable(row: number): void {
    const { list, table } = this;
    const { rows } = this.traces;
    const at = row * ROW_WORDS;
    const first = rows[at + SPAN_IDS]!;
    let chain = 0;
    list.forEach(first, (high, low, place) => {
      chain = table.add(row, high, low, chain);
      for (const server of [false, true]) if (list.isSeen(place, server)) table.see(chain, server, list.formOf(place, server));
    });
    list.forget(first);
    rows[at + SPAN_IDS] = chain;
    rows[at + FLAGS]! |= MANY_SPANS;
  }
}
