import type { EventView, LinkView, SpanView, Value, ValueMap } from '#dsl';
import { integer, plainMap, SPAN_KINDS, type SpanColumns, STATUS_CODES, spanAttributes, type WholeSpan } from '#otlp';

/** A span outside its record: as rules see it, and with its id on the wire. */
export interface BufferedSpan extends SpanView {
  readonly wireId: string;
}

/** Which column holds an attribute. */
export type ColumnOf = ReadonlyMap<string, number>;

const NOTHING: ValueMap = Object.freeze(Object.create(null) as ValueMap);

/** What both kinds of buffered spans take from the columns, which the next record overwrites. */
abstract class CopiedSpan {
  readonly id: string;
  readonly wireId: string;
  readonly parentId: string;
  readonly traceId: string;
  readonly name: string;
  readonly service: string;
  readonly startTime: number | bigint;
  readonly endTime: number | bigint;
  readonly duration: number | bigint;
  readonly isRoot: boolean;

  constructor(columns: SpanColumns, i: number) {
    this.id = columns.spanId(i);
    this.wireId = columns.wireSpanId(i);
    this.parentId = columns.parentId(i);
    this.traceId = columns.traceId(i);
    this.name = columns.name[i]!;
    this.service = columns.service[i]!;
    this.startTime = integer(columns.startTime[i]!);
    this.endTime = integer(columns.endTime[i]!);
    const duration = columns.duration[i]!;
    this.duration = Number.isNaN(duration) ? columns.exactDuration(i) : duration;
    this.isRoot = columns.isRoot[i] === 1;
  }
}

/** The projected columns of one span. */
export class ColumnSpan extends CopiedSpan implements BufferedSpan {
  readonly status: string;
  readonly statusMessage: string;
  readonly kind: string;
  readonly scope: { readonly name: string; readonly version: string };
  readonly attributes = NOTHING;
  readonly resource = NOTHING;
  readonly events: readonly EventView[] = [];
  readonly links: readonly LinkView[] = [];
  private readonly values: readonly unknown[];
  private readonly resourceValues: readonly unknown[];

  constructor(
    columns: SpanColumns,
    i: number,
    private readonly columnOf: ColumnOf,
    private readonly resourceColumnOf: ColumnOf,
  ) {
    super(columns, i);
    this.status = STATUS_CODES[columns.status[i]!] ?? STATUS_CODES[0];
    this.statusMessage = columns.statusMessage[i]!;
    this.kind = SPAN_KINDS[columns.kind[i]!] ?? SPAN_KINDS[0];
    this.scope = { name: columns.scopeName[i]!, version: columns.scopeVersion[i]! };
    this.values = columns.attribute.map((column) => column[i]);
    this.resourceValues = columns.resourceAttribute.map((column) => column[i]);
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

/** A whole span. What the columns have is taken from them; the rest is decoded when it arrives, and converted when it is asked for. */
export class DecodedSpan extends CopiedSpan implements BufferedSpan {
  readonly status: string;
  readonly statusMessage: string;
  readonly kind: string;
  private readonly whole: WholeSpan;
  private ownAttributes: ValueMap | undefined;
  private resourceAttributes: ValueMap | undefined;

  constructor(columns: SpanColumns, i: number) {
    super(columns, i);
    this.whole = columns.wholeSpan(i);
    const { span } = this.whole;
    this.status = STATUS_CODES[span.status?.code ?? 0] ?? STATUS_CODES[0];
    this.statusMessage = span.status?.message ?? '';
    this.kind = SPAN_KINDS[span.kind] ?? SPAN_KINDS[0];
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
    return this.whole.span.links.map(({ traceId, spanId, attributes }) => ({ traceId, spanId, attributes: plainMap(attributes) }));
  }
}
