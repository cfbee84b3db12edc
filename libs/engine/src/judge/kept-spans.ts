import { clipped, type SpanReference } from '#dsl';
import { HIGH, hexOfWords, LOW, type SpanColumns } from '#otlp';
import { PAGE_SLOTS, type Page, PagedSlots } from '../assembly/table/paged-slots.js';
import type { SpanIndex } from '../index-types.js';

const WORDS = 9;
/** The next kept span of the same chain. */
const NEXT = 0;
const TAG = 1;
const ID = 2;
/** Its start: high word first. */
const START = 4;
/** Bit 0: a server span, which may share its id with a client span. From bit 1 on: its form. */
const TRAITS = 6;
/** Of an atom's witness: the first in a chain of further spans (atom-witnesses.ts), and how many spans fed the bit. */
const OTHERS = 7;
const FED = 8;
/** The words that order spans, before those that distinguish spans of one id. */
const ORDER = [START, START + 1, ID, ID + 1] as const;

/** A span that a verdict names. */
export interface NamedSpan {
  /** As the user gave it, else hex. */
  readonly spanId: string;
  readonly wireSpanId: string;
  /** The span may share its id with a client span. */
  readonly isServer: boolean;
  /** Nanoseconds since 1970. */
  readonly start: bigint;
  readonly name: string;
  readonly service: string;
  /** Nanoseconds. */
  readonly duration: number;
  /** Distinguishes contents of one id, as `SpanColumns.forms`. */
  readonly form: number;
}

/** Span `i` of the columns, as a verdict names it. */
export function namedSpan(columns: SpanColumns, i: SpanIndex): NamedSpan {
  return {
    spanId: columns.spanId(i),
    wireSpanId: columns.wireSpanId(i),
    isServer: columns.isServer(i),
    start: columns.startTime[i]!,
    name: columns.name[i]!,
    service: columns.service[i]!,
    duration: durationOf(columns, i),
    form: columns.forms[i]!,
  };
}

/** The span order of the language: negative where the first span precedes. */
export function compareNamed(a: NamedSpan, b: NamedSpan): number {
  if (a.start !== b.start) return a.start < b.start ? -1 : 1;
  if (a.wireSpanId !== b.wireSpanId) return a.wireSpanId < b.wireSpanId ? -1 : 1;
  if (a.isServer !== b.isServer) return b.isServer ? -1 : 1;
  return b.duration - a.duration || formOrder(a.form) - formOrder(b.form);
}

/** The order in which contents came plays no part. */
function formOrder(form: number): number {
  return form >>> 1;
}

export function referenceTo(span: NamedSpan): SpanReference {
  return { span_id: span.spanId, name: clipped(span.name), service: clipped(span.service) };
}

/** Kept spans, with columns in addition to their words. */
interface SpanPage extends Page {
  readonly durations: Float64Array<ArrayBuffer>;
  readonly names: string[];
  readonly services: string[];
}

/**
 * The few spans of open traces that later verdicts may name: witnesses of atoms, pending spans, and one that represents the trace. They are chained; `tag`
 * says why a span is kept. Names and services are references to repeated texts.
 */
export class KeptSpans extends PagedSlots<SpanPage> {
  /** Ids that differ from the wire ids. */
  private readonly shownIds = new Map<number, string>();

  constructor() {
    super(WORDS);
  }

  /** Bytes of the words and the columns. */
  override get bytes(): number {
    return super.bytes + this.count * 3 * 8;
  }

  /** Keeps span `i`; `next` continues its chain. */
  keep(columns: SpanColumns, i: SpanIndex, tag: number, next: number): number {
    const slot = this.take();
    this.chain(slot, next);
    this.replace(slot, columns, i, tag);
    return slot;
  }

  /** Replaces the span, but not its place in the chain. */
  replace(slot: number, columns: SpanColumns, i: SpanIndex, tag: number): void {
    const { words, durations, names, services } = this.page(slot);
    const at = this.at(slot);
    words[at + TAG] = tag;
    words[at + ID] = columns.spanIds[2 * i]!;
    words[at + ID + 1] = columns.spanIds[2 * i + 1]!;
    words[at + START] = columns.startWords[2 * i + HIGH]!;
    words[at + START + 1] = columns.startWords[2 * i + LOW]!;
    words[at + TRAITS] = (columns.forms[i]! << 1) | (columns.isServer(i) ? 1 : 0);
    const place = this.place(slot);
    durations[place] = durationOf(columns, i);
    names[place] = columns.name[i]!;
    services[place] = columns.service[i]!;
    if (columns.hasSpanIdText(i)) this.shownIds.set(slot, columns.spanId(i));
    else if (this.shownIds.size > 0) this.shownIds.delete(slot);
  }

  /** Whether span `i` precedes a kept one, in the language's order, which is independent of arrival (`compareSpans`). */
  isBefore(columns: SpanColumns, i: SpanIndex, slot: number): boolean {
    const { words, durations } = this.page(slot);
    const at = this.at(slot);
    const startHigh = columns.startWords[2 * i + HIGH]!;
    if (startHigh !== words[at + START]) return startHigh < words[at + START]!;
    const startLow = columns.startWords[2 * i + LOW]!;
    if (startLow !== words[at + START + 1]) return startLow < words[at + START + 1]!;
    const idHigh = columns.spanIds[2 * i]!;
    if (idHigh !== words[at + ID]) return idHigh < words[at + ID]!;
    const idLow = columns.spanIds[2 * i + 1]!;
    if (idLow !== words[at + ID + 1]) return idLow < words[at + ID + 1]!;
    const server = columns.isServer(i) ? 1 : 0;
    const traits = words[at + TRAITS]!;
    if (server !== (traits & 1)) return server === 0;
    const duration = durationOf(columns, i);
    const ofKept = durations[this.place(slot)]!;
    return duration === ofKept ? formOrder(columns.forms[i]!) < formOrder(traits >>> 1) : duration > ofKept;
  }

  /** Like `isBefore`, for two kept spans. */
  goesBefore(slot: number, other: number): boolean {
    const { words, durations } = this.page(slot);
    const others = this.page(other);
    const a = this.at(slot);
    const b = this.at(other);
    for (const word of ORDER) if (words[a + word] !== others.words[b + word]) return words[a + word]! < others.words[b + word]!;
    const traits = words[a + TRAITS]!;
    const otherTraits = others.words[b + TRAITS]!;
    if ((traits & 1) !== (otherTraits & 1)) return (traits & 1) === 0;
    const longer = durations[this.place(slot)]! - others.durations[this.place(other)]!;
    return longer === 0 ? formOrder(traits >>> 1) < formOrder(otherTraits >>> 1) : longer > 0;
  }

  next(slot: number): number {
    return this.word(slot, NEXT);
  }

  /** Links `next` after `slot`. */
  chain(slot: number, next: number): void {
    this.page(slot).words[this.at(slot) + NEXT] = next;
  }

  others(slot: number): number {
    return this.word(slot, OTHERS);
  }

  setOthers(slot: number, first: number): void {
    this.page(slot).words[this.at(slot) + OTHERS] = first;
  }

  /** How many spans fed the bit of this witness. */
  fed(slot: number): number {
    return this.word(slot, FED);
  }

  setFed(slot: number, spans: number): void {
    this.page(slot).words[this.at(slot) + FED] = spans;
  }

  tag(slot: number): number {
    return this.word(slot, TAG);
  }

  named(slot: number): NamedSpan {
    const { words, names, services, durations } = this.page(slot);
    const at = this.at(slot);
    const place = this.place(slot);
    const wireSpanId = hexOfWords(words, at + ID, 2);
    return {
      spanId: this.shownIds.get(slot) ?? wireSpanId,
      wireSpanId,
      isServer: (words[at + TRAITS]! & 1) === 1,
      form: words[at + TRAITS]! >>> 1,
      start: (BigInt(words[at + START]!) << 32n) | BigInt(words[at + START + 1]!),
      name: names[place]!,
      service: services[place]!,
      duration: durations[place]!,
    };
  }

  /** Releases a whole chain, with the chains of its spans. */
  forget(first: number): void {
    for (let slot = first; slot !== 0; ) {
      const next = this.next(slot);
      const others = this.others(slot);
      if (others !== 0) this.forget(others);
      const { names, services } = this.page(slot);
      const place = this.place(slot);
      names[place] = '';
      services[place] = '';
      if (this.shownIds.size > 0) this.shownIds.delete(slot);
      this.release(slot);
      slot = next;
    }
  }

  protected override newPage(): SpanPage {
    return {
      words: new Uint32Array(PAGE_SLOTS * WORDS),
      durations: new Float64Array(PAGE_SLOTS),
      names: new Array<string>(PAGE_SLOTS).fill(''),
      services: new Array<string>(PAGE_SLOTS).fill(''),
    };
  }

  private word(slot: number, word: number): number {
    return this.page(slot).words[this.at(slot) + word]!;
  }
}

/** Nanoseconds; rounded beyond 2^53. */
function durationOf(columns: SpanColumns, i: SpanIndex): number {
  const duration = columns.duration[i]!;
  return Number.isNaN(duration) ? Number(columns.exactDuration(i)) : duration;
}
