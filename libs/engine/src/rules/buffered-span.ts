import type { EventView, LinkView, SpanView, Value, ValueMap } from '#dsl';
import {
  integer,
  plainMap,
  SPAN_KINDS,
  type SpanColumns,
  type SpanLink,
  STATUS_CODES,
  shownLinkIds,
  spanAttributes,
  type WholeSpan,
} from '#otlp';
import type { SpanIndex } from '../index-types.js';
import type { ColumnOf, RuleSet } from './rule-set.js';

/** A span outside its record: as rules see it, with its wire id. */
export interface BufferedSpan extends SpanView {
  readonly wireId: string;
  readonly wireParentId: string;
  readonly wireTraceId: string;
  /** As `SpanColumns.forms`. */
  readonly form: number;
}

const NOTHING: ValueMap = Object.freeze(Object.create(null) as ValueMap);

/**
 * The data that both kinds of buffered spans copy from the columns, which the next record overwrites. Ids are kept as words and become texts when they are
 * read: as texts, joined of pieces, they took half of a span's memory.
 */
abstract class CopiedSpan {
  readonly name: string;
  readonly service: string;
  readonly startTime: number | bigint;
  readonly endTime: number | bigint;
  readonly duration: number | bigint;
  readonly isRoot: boolean;
  readonly form: number;
  /** Signed, so that V8 keeps them in place. */
  private readonly high: number;
  private readonly low: number;
  private readonly parentHigh: number;
  private readonly parentLow: number;
  private readonly trace0: number;
  private readonly trace1: number;
  private readonly trace2: number;
  private readonly trace3: number;
  private readonly texts: IdTexts | undefined;

  constructor(columns: SpanColumns, i: SpanIndex) {
    const { traceIds, spanIds, parentIds } = columns;
    this.name = columns.name[i]!;
    this.service = columns.service[i]!;
    this.startTime = integer(columns.startTime[i]!);
    this.endTime = integer(columns.endTime[i]!);
    const duration = columns.duration[i]!;
    this.duration = Number.isNaN(duration) ? columns.exactDuration(i) : duration;
    this.isRoot = columns.isRoot[i] === 1;
    this.form = columns.forms[i]!;
    this.high = spanIds[2 * i]! | 0;
    this.low = spanIds[2 * i + 1]! | 0;
    this.parentHigh = parentIds[2 * i]! | 0;
    this.parentLow = parentIds[2 * i + 1]! | 0;
    this.trace0 = traceIds[4 * i]! | 0;
    this.trace1 = traceIds[4 * i + 1]! | 0;
    this.trace2 = traceIds[4 * i + 2]! | 0;
    this.trace3 = traceIds[4 * i + 3]! | 0;
    const hasParentText = columns.written[columns.plan.parentIdText]![i] !== undefined;
    const named = hasParentText || columns.hasTraceIdText(i) || columns.hasSpanIdText(i);
    this.texts = named ? { id: columns.spanId(i), parentId: columns.parentId(i), traceId: columns.traceId(i) } : undefined;
  }

  get id(): string {
    return this.texts?.id ?? this.wireId;
  }

  get wireId(): string {
    return hex(this.high) + hex(this.low);
  }

  get parentId(): string {
    return this.texts?.parentId ?? this.wireParentId;
  }

  get wireParentId(): string {
    return this.isRoot ? '' : hex(this.parentHigh) + hex(this.parentLow);
  }

  get traceId(): string {
    return this.texts?.traceId ?? this.wireTraceId;
  }

  get wireTraceId(): string {
    return hex(this.trace0) + hex(this.trace1) + hex(this.trace2) + hex(this.trace3);
  }
}

/** The ids as the user gave them. */
interface IdTexts {
  readonly id: string;
  readonly parentId: string;
  readonly traceId: string;
}

function hex(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0');
}

const NO_EVENTS: readonly EventView[] = [];
const NO_VALUES: readonly unknown[] = [];

function valuesOf(columns: readonly (readonly unknown[])[], i: SpanIndex): readonly unknown[] {
  return columns.length === 0 ? NO_VALUES : columns.map((column) => column[i]);
}

/** The projected columns of one span. */
export class ColumnSpan extends CopiedSpan implements BufferedSpan {
  readonly status: string;
  readonly statusMessage: string;
  readonly kind: string;
  readonly attributes = NOTHING;
  readonly resource = NOTHING;
  readonly events = NO_EVENTS;
  readonly links: readonly LinkView[];
  private readonly scopeName: string;
  private readonly scopeVersion: string;
  private readonly values: readonly unknown[];
  private readonly resourceValues: readonly unknown[];

  constructor(
    columns: SpanColumns,
    i: SpanIndex,
    private readonly columnOf: ColumnOf,
    private readonly resourceColumnOf: ColumnOf,
    withLinks = false,
  ) {
    super(columns, i);
    this.status = STATUS_CODES[columns.status[i]!] ?? STATUS_CODES[0];
    this.statusMessage = columns.statusMessage[i]!;
    this.kind = SPAN_KINDS[columns.kind[i]!] ?? SPAN_KINDS[0];
    this.scopeName = columns.scopeName[i]!;
    this.scopeVersion = columns.scopeVersion[i]!;
    this.links = withLinks ? linkViews(columns.linksOf(i)) : NO_LINKS;
    this.values = valuesOf(columns.attribute, i);
    this.resourceValues = valuesOf(columns.resourceAttribute, i);
  }

  get scope(): { readonly name: string; readonly version: string } {
    return { name: this.scopeName, version: this.scopeVersion };
  }

  attribute(key: string): Value {
    const column = this.columnOf.get(key);
    return column === undefined ? undefined : (this.values[column] as Value);
  }

  resourceAttribute(key: string): Value {
    const column = this.resourceColumnOf.get(key);
    return column === undefined ? undefined : (this.resourceValues[column] as Value);
  }
}

const NO_LINKS: readonly LinkView[] = [];

/** Links as rules see them, with their ids as the user gave them. */
export function linkViews(links: readonly SpanLink[]): readonly LinkView[] {
  return links.map(({ traceId, spanId, attributes }) => ({
    ...shownLinkIds({ traceId, spanId, attributes }),
    wireTraceId: traceId,
    wireSpanId: spanId,
    attributes: spanAttributes(attributes),
  }));
}

/** A whole span. Fields of columns come from the columns; the others are decoded on arrival, and converted on first use. */
export class DecodedSpan extends CopiedSpan implements BufferedSpan {
  readonly status: string;
  readonly statusMessage: string;
  readonly kind: string;
  private readonly whole: WholeSpan;
  private asText: string | undefined;
  private ownAttributes: ValueMap | undefined;
  private resourceAttributes: ValueMap | undefined;

  constructor(columns: SpanColumns, i: SpanIndex) {
    super(columns, i);
    this.whole = columns.wholeSpan(i);
    const { span } = this.whole;
    this.status = STATUS_CODES[span.status?.code ?? 0] ?? STATUS_CODES[0];
    this.statusMessage = span.status?.message ?? '';
    this.kind = SPAN_KINDS[span.kind] ?? SPAN_KINDS[0];
  }

  /** All of the span except ids and times, as text. */
  get content(): string {
    this.asText ??= this.contentAsText();
    return this.asText;
  }

  private contentAsText(): string {
    const { span, resource, scope } = this.whole;
    const { name, kind, status, attributes, events, links, traceState, flags } = span;
    return JSON.stringify(
      [this.wireParentId, name, kind, status, attributes, events, links, resource, scope, traceState, flags],
      (_key, value: unknown) => (typeof value === 'bigint' || typeof value === 'number' ? String(value) : value),
    );
  }

  get attributes(): ValueMap {
    this.ownAttributes ??= spanAttributes(this.whole.span.attributes);
    return this.ownAttributes;
  }

  get resource(): ValueMap {
    this.resourceAttributes ??= plainMap(this.whole.resource?.attributes ?? []);
    return this.resourceAttributes;
  }

  attribute(key: string): Value {
    return this.attributes[key];
  }

  resourceAttribute(key: string): Value {
    return this.resource[key];
  }

  get scope(): { readonly name: string; readonly version: string } {
    return { name: this.whole.scope?.name ?? '', version: this.whole.scope?.version ?? '' };
  }

  get events(): readonly EventView[] {
    return this.whole.span.events.map(({ name, timeUnixNano, attributes }) => ({
      name,
      time: integer(timeUnixNano),
      attributes: plainMap(attributes),
    }));
  }

  get links(): readonly LinkView[] {
    return linkViews(this.whole.span.links);
  }
}

/** Copies the parts of span `i` that rules read out of the columns. */
export function bufferedSpan(columns: SpanColumns, i: SpanIndex, { compiled, columnOf, resourceColumnOf }: RuleSet): BufferedSpan {
  const { reads } = compiled;
  if (reads.buffersSpans) return new DecodedSpan(columns, i);
  return new ColumnSpan(columns, i, columnOf, resourceColumnOf, reads.fields.has('links'));
}
