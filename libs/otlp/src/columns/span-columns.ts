import { readLinks } from '../span/decode-span.js';
import type { SpanLink, WholeSpan } from '../span/span.js';
import { hexOfWords, shownSpanId, shownTraceId } from '../wire/ids.js';
import { TextTable } from '../wire/text-table.js';
import { Cursor } from '../wire/wire.js';
import { MessageRanges } from './message-ranges.js';
import type { Projection } from './projection.js';
import { ProjectionPlan } from './projection-plan.js';
import { WholeSpanReader } from './whole-span-reader.js';

/** A request whose spans are in the columns: needed to read a whole span. */
interface Source {
  readonly bytes: Uint8Array;
  /** Number of the first span that came from it. */
  readonly first: number;
}

/** The index of the low 32-bit half of a 64-bit element on this machine. */
export const LOW = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 0 : 1;
export const HIGH = 1 - LOW;

const NO_LINKS: readonly SpanLink[] = [];

/** SPAN_KIND_SERVER. */
const SERVER = 2;

/**
 * Shared by all columns of a thread, because it only saves time. With tables of their own, 300 KB each, 64 partitions would use more than the caches of a
 * processor hold.
 */
const TEXTS = new TextTable();

/**
 * The projected columns of many spans: typed arrays for what assembly needs, one array per projected attribute. `i` indexes
 * all of them, up to `length`; the arrays may be longer and are replaced when they grow, so they are read through this object
 * after each `project`. Filled by `project`, emptied by `clear`; owned by one partition, never shared.
 */
export class SpanColumns {
  length = 0;
  capacity = 0;

  /** Four words per span, big-endian: word 0 is the first eight hex digits of the trace id. */
  traceIds = new Uint32Array(0);
  /** Two words per span, big-endian; `parentIds` are zero for a root span. */
  spanIds = new Uint32Array(0);
  parentIds = new Uint32Array(0);
  /** 1 when the span has no parent id. */
  isRoot = new Uint8Array(0);

  /** Unsigned nanoseconds since the Unix epoch. */
  startTime = new BigUint64Array(0);
  endTime = new BigUint64Array(0);
  /** The same times as pairs of 32-bit words: index 2 * i + LOW and 2 * i + HIGH. */
  startWords = new Uint32Array(0);
  endWords = new Uint32Array(0);
  /** End minus start in nanoseconds; NaN beyond ±(2^53 - 1): then exactDuration(i). */
  duration = new Float64Array(0);

  /** OTLP numbers; 0 (unspecified, unset) also for numbers that OTLP does not know. The status is 0 unless projected. */
  kind = new Uint8Array(0);
  status = new Uint8Array(0);
  /** Twice a number that distinguishes the contents of one span id; odd if the id came before with other content. 0 until the reader of the columns writes it. */
  forms = new Uint32Array(0);
  /** 1 when the span has links. Most have none, which is known without reading its bytes. */
  hasLinks = new Uint8Array(0);

  /** '' unless projected. `service` is the resource attribute service.name, '' when absent. */
  readonly name: string[] = [];
  readonly service: string[] = [];
  readonly statusMessage: string[] = [];
  readonly scopeName: string[] = [];
  readonly scopeVersion: string[] = [];

  /** One array per key of the projection, in its order; undefined when absent. */
  readonly attribute: unknown[][] = [];
  readonly resourceAttribute: unknown[][] = [];

  /** The places of the span, its ScopeSpans and its ResourceSpans message in the bytes of their request. */
  spanStart = new Int32Array(0);
  spanEnd = new Int32Array(0);
  readonly scopes = new MessageRanges();
  readonly resources = new MessageRanges();

  /** All attribute columns that are decoded, by number of `plan.spanKeys`: the projected ones and the id texts. */
  readonly written: unknown[][] = [];
  /** 1 for a column of `written`, or of `resourceAttribute`, with a value of some span: the others need not be cleared. */
  touched = new Uint8Array(0);
  touchedResource = new Uint8Array(0);
  /** Rare cases, false for most requests: some span lacks a trace id or span id; some has the scope of BeTrace's own spans; some has no end time. */
  anyWithoutId = false;
  anyOwn = false;
  anyUnended = false;
  /** Some span has a status message. */
  anyStatusMessage = false;
  /** One string for each repeated text. */
  readonly texts = TEXTS;
  private readonly whole = new WholeSpanReader(this.texts);
  /** The plan of the current projection. */
  plan: ProjectionPlan = new ProjectionPlan({ fields: new Set(), attributes: [], resourceAttributes: [] });

  private projection: Projection | undefined;
  private readonly sources: Source[] = [];

  /** Selects the columns of a projection. It can only change while they are empty. */
  use(projection: Projection): ProjectionPlan {
    if (projection === this.projection) return this.plan;
    if (this.length > 0) throw new TypeError('SpanColumns: the projection changed while spans are in the columns; clear() them first');
    this.projection = projection;
    this.plan = new ProjectionPlan(projection);
    this.written.length = 0;
    this.attribute.length = 0;
    this.resourceAttribute.length = 0;
    for (let k = 0; k < this.plan.columns; k++) this.written.push(filled<unknown>([], this.capacity, undefined));
    for (let k = 0; k < projection.attributes.length; k++) this.attribute.push(this.written[k]!);
    for (let k = 0; k < projection.resourceAttributes.length; k++)
      this.resourceAttribute.push(filled<unknown>([], this.capacity, undefined));
    this.touched = new Uint8Array(this.plan.columns);
    this.touchedResource = new Uint8Array(projection.resourceAttributes.length);
    // Columns of the former projection that this one does not read.
    for (const texts of [this.name, this.service, this.scopeName, this.scopeVersion]) texts.fill('');
    return this.plan;
  }

  /** Drops all spans; keeps the capacity. */
  clear(): void {
    this.truncate(0);
  }

  /**
   * Drops the spans from number `length` on, and partial writes of the one after the last. It clears only columns that hold values and that the decoder does
   * not write for every span: each costs 1.5 ns per span. Values of the others stay until they are overwritten, at most those of one request.
   */
  truncate(length: number): void {
    const end = Math.min(this.length + 1, this.capacity);
    this.untouch(this.written, this.touched, length, end);
    this.untouch(this.resourceAttribute, this.touchedResource, length, end);
    if (this.anyStatusMessage) {
      this.statusMessage.fill('', length, end);
      this.anyStatusMessage = length > 0;
    }
    if (length === 0) this.anyWithoutId = this.anyOwn = this.anyUnended = false;
    this.length = length;
    this.whole.forget();
    this.scopes.truncate(length);
    this.resources.truncate(length);
    while (this.sources.length > 0 && this.sources.at(-1)!.first >= length) this.sources.pop();
  }

  private untouch(columns: readonly unknown[][], touched: Uint8Array, length: number, end: number): void {
    for (let k = 0; k < touched.length; k++) {
      if (touched[k] === 0) continue;
      columns[k]!.fill(undefined, length, end);
      if (length === 0) touched[k] = 0;
    }
  }

  /** The spans from here on come from this request. */
  begin(bytes: Uint8Array): void {
    this.sources.push({ bytes, first: this.length });
  }

  exactDuration(i: number): bigint {
    return this.endTime[i]! - this.startTime[i]!;
  }

  /** Whether it is a server span, which may share its id with the client span of its call (Zipkin, B3). */
  isServer(i: number): boolean {
    return this.kind[i] === SERVER;
  }

  /** Whether the span came with an id text: then the id costs a hash, else it is the hex. */
  hasTraceIdText(i: number): boolean {
    return this.written[this.plan.traceIdText]![i] !== undefined;
  }

  hasSpanIdText(i: number): boolean {
    return this.written[this.plan.spanIdText]![i] !== undefined;
  }

  /** The id as the user gave it, else 32 hex digits. */
  traceId(i: number): string {
    return shownTraceId(this.wireTraceId(i), this.written[this.plan.traceIdText]![i]);
  }

  spanId(i: number): string {
    return shownSpanId(this.wireSpanId(i), this.written[this.plan.spanIdText]![i]);
  }

  /** '' for a root span. */
  parentId(i: number): string {
    return this.isRoot[i] === 1 ? '' : shownSpanId(hexOfWords(this.parentIds, 2 * i, 2), this.written[this.plan.parentIdText]![i]);
  }

  /** 32 lower-case hex digits. */
  wireTraceId(i: number): string {
    return hexOfWords(this.traceIds, 4 * i, 4);
  }

  /** 16 lower-case hex digits. */
  wireSpanId(i: number): string {
    return hexOfWords(this.spanIds, 2 * i, 2);
  }

  /** Decodes one span with its resource and scope, all fields. */
  wholeSpan(i: number): WholeSpan {
    return this.whole.read(this.sourceOf(i), { start: this.spanStart[i]!, end: this.spanEnd[i]! }, this.scopes.of(i), this.resources.of(i));
  }

  /** The links of span i: its other fields are skipped, not decoded. */
  linksOf(i: number): readonly SpanLink[] {
    return this.hasLinks[i] === 0 ? NO_LINKS : readLinks(new Cursor(this.sourceOf(i), this.spanStart[i]!), this.spanEnd[i]!);
  }

  /** The bytes of the request that span i came in. */
  sourceOf(i: number): Uint8Array {
    let low = 0;
    let high = this.sources.length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if (this.sources[middle]!.first <= i) low = middle;
      else high = middle;
    }
    const source = this.sources[low];
    if (source === undefined || i >= this.length) throw new RangeError(`SpanColumns: there is no span ${i}`);
    return source.bytes;
  }

  /** Makes room for at least one more span. */
  grow(): void {
    const capacity = Math.max(256, 2 * this.capacity);
    const words = (old: Uint32Array, perSpan: number): Uint32Array<ArrayBuffer> => {
      const array = new Uint32Array(perSpan * capacity);
      array.set(old);
      return array;
    };
    const offsets = (old: Int32Array): Int32Array<ArrayBuffer> => {
      const array = new Int32Array(capacity);
      array.set(old);
      return array;
    };
    const small = (old: Uint8Array): Uint8Array<ArrayBuffer> => {
      const array = new Uint8Array(capacity);
      array.set(old);
      return array;
    };
    this.traceIds = words(this.traceIds, 4);
    this.spanIds = words(this.spanIds, 2);
    this.parentIds = words(this.parentIds, 2);
    this.startWords = words(this.startWords, 2);
    this.forms = words(this.forms, 1);
    this.endWords = words(this.endWords, 2);
    this.startTime = new BigUint64Array(this.startWords.buffer);
    this.endTime = new BigUint64Array(this.endWords.buffer);
    const duration = new Float64Array(capacity);
    duration.set(this.duration);
    this.duration = duration;
    this.isRoot = small(this.isRoot);
    this.kind = small(this.kind);
    this.status = small(this.status);
    this.hasLinks = small(this.hasLinks);
    this.spanStart = offsets(this.spanStart);
    this.spanEnd = offsets(this.spanEnd);
    for (const column of [this.name, this.service, this.statusMessage, this.scopeName, this.scopeVersion]) filled(column, capacity, '');
    for (const column of [...this.written, ...this.resourceAttribute]) filled(column, capacity, undefined);
    this.capacity = capacity;
  }
}

/** Lengthens an array by pushing a value, so that it has no holes and stays fast. */
function filled<T>(array: T[], length: number, value: T): T[] {
  while (array.length < length) array.push(value);
  return array;
}
