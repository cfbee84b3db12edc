import type { LinkView } from '#dsl';
import { hexOfWords, integer, SPAN_KINDS, type SpanColumns, STATUS_CODES } from '#otlp';
import { Slots } from '../../assembly/table/slots.js';
import type { SpanIndex } from '../../index-types.js';
import { type BufferedSpan, linkViews } from '../../rules/buffered-span.js';
import type { RuleSet } from '../../rules/rule-set.js';
import { BufferedRow, NO_VALUES, type Values, valuesOf } from './buffered-row.js';

const WORDS = 10;
/** The next span of the same trace. */
const NEXT = 0;
const ID = 1;
const PARENT = 3;
/** Times: high word first. */
const START = 5;
const END = 7;
/** Bit 0: root; then three bits of kind, two of status, and the form. */
const TRAITS = 9;
const FORM_SHIFT = 6;

/** The high word of a 64-bit time in the columns. */
const HIGH = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? 1 : 0;

/** Heap bytes of a span's values: the list, and each pair. Measured with Node 24. */
const LIST_BYTES = 40;
const PAIR_BYTES = 16;
const REFERENCES_BYTES = 24;

const NO_LINKS: readonly LinkView[] = [];

/** Ids as the user gave them. */
interface IdTexts {
  readonly id: string;
  readonly parentId: string;
  readonly traceId: string;
}

/**
 * The spans that wait for their trace to close, as far as rules read them. Each is a row of words with references to repeated texts and the few values
 * present. Only judged traces have them made objects (`SpanView`). Chained in order of arrival.
 */
export class BufferedColumns extends Slots {
  private readonly names: string[] = [''];
  private readonly services: string[] = [''];
  private readonly values: Values[] = [NO_VALUES];
  private readonly texts = new Map<number, IdTexts>();
  private readonly links = new Map<number, readonly LinkView[]>();
  private pairs = 0;
  private lists = 0;

  constructor() {
    super(WORDS);
  }

  override get bytes(): number {
    return super.bytes + this.count * REFERENCES_BYTES + this.lists * LIST_BYTES + this.pairs * PAIR_BYTES;
  }

  /** Copies the parts of span `i` that rules read. */
  keep(columns: SpanColumns, i: SpanIndex, { compiled }: RuleSet): number {
    const row = this.take();
    const at = row * WORDS;
    const { words } = this;
    const { spanIds, parentIds, startWords, endWords } = columns;
    words[at + ID] = spanIds[2 * i]!;
    words[at + ID + 1] = spanIds[2 * i + 1]!;
    words[at + PARENT] = parentIds[2 * i]!;
    words[at + PARENT + 1] = parentIds[2 * i + 1]!;
    words[at + START] = startWords[2 * i + HIGH]!;
    words[at + START + 1] = startWords[2 * i + 1 - HIGH]!;
    words[at + END] = endWords[2 * i + HIGH]!;
    words[at + END + 1] = endWords[2 * i + 1 - HIGH]!;
    words[at + TRAITS] = columns.isRoot[i]! | (columns.kind[i]! << 1) | (columns.status[i]! << 4) | (columns.forms[i]! << FORM_SHIFT);
    this.names[row] = columns.name[i]!;
    this.services[row] = columns.service[i]!;
    const values = valuesOf(columns, i, compiled.reads);
    this.values[row] = values;
    this.pairs += values.length / 2;
    if (values.length > 0) this.lists++;
    if (compiled.reads.fields.has('links')) {
      const links = columns.linksOf(i);
      if (links.length > 0) this.links.set(row, linkViews(links));
    }
    const hasParentText = columns.written[columns.plan.parentIdText]![i] !== undefined;
    if (hasParentText || columns.hasTraceIdText(i) || columns.hasSpanIdText(i)) {
      this.texts.set(row, { id: columns.spanId(i), parentId: columns.parentId(i), traceId: columns.traceId(i) });
    }
    return row;
  }

  /** Links `next` after `row`. */
  chain(row: number, next: number): void {
    this.words[row * WORDS + NEXT] = next;
  }

  /** The spans of a chain, as rules see them. */
  spans(first: number, wireTraceId: string, rules: RuleSet): readonly BufferedSpan[] {
    const spans: BufferedSpan[] = [];
    for (let row = first; row !== 0; row = this.words[row * WORDS + NEXT]!) spans.push(this.span(row, wireTraceId, rules));
    return spans;
  }

  /** Releases a chain. */
  forget(first: number): void {
    for (let row = first; row !== 0; ) {
      const next = this.words[row * WORDS + NEXT]!;
      this.pairs -= this.values[row]!.length / 2;
      if (this.values[row]!.length > 0) this.lists--;
      this.names[row] = '';
      this.services[row] = '';
      this.values[row] = NO_VALUES;
      if (this.texts.size > 0) this.texts.delete(row);
      if (this.links.size > 0) this.links.delete(row);
      this.release(row);
      row = next;
    }
  }

  private span(row: number, wireTraceId: string, rules: RuleSet): BufferedSpan {
    const { words } = this;
    const at = row * WORDS;
    const traits = words[at + TRAITS]!;
    const isRoot = (traits & 1) === 1;
    const start = this.time(at + START);
    const end = this.time(at + END);
    const wireId = hexOfWords(words, at + ID, 2);
    const wireParentId = isRoot ? '' : hexOfWords(words, at + PARENT, 2);
    const texts = this.texts.get(row);
    return new BufferedRow(
      {
        id: texts?.id ?? wireId,
        wireId,
        wireParentId,
        wireTraceId,
        parentId: texts?.parentId ?? wireParentId,
        traceId: texts?.traceId ?? wireTraceId,
        name: this.names[row]!,
        service: this.services[row]!,
        kind: SPAN_KINDS[(traits >> 1) & 7] ?? SPAN_KINDS[0],
        status: STATUS_CODES[(traits >> 4) & 3] ?? STATUS_CODES[0],
        startTime: integer(start),
        endTime: integer(end),
        duration: integer(end - start),
        isRoot,
        form: traits >>> FORM_SHIFT,
        links: this.links.get(row) ?? NO_LINKS,
      },
      this.values[row]!,
      rules,
    );
  }

  private time(at: number): bigint {
    return (BigInt(this.words[at]!) << 32n) | BigInt(this.words[at + 1]!);
  }
}
