import type { SpanView, TraceView } from '../../trace/span-view.js';
import type { SpanAxis } from '../../tree/span-relation.js';
import type { Value, ValueMap } from '../../values/value.js';

/** `trace` in a script. */
export class TraceHandle {
  constructor(readonly trace: TraceView) {}
}

/** `span.children` and the other relatives, which only functions can read. */
export class RelativesHandle {
  constructor(
    readonly axis: SpanAxis,
    readonly span: SpanView,
  ) {}
}

/** `span.attributes`: reads single attributes; all of them only for iteration. */
export class AttributesHandle {
  constructor(
    private readonly span: SpanView,
    private readonly table: 'attributes' | 'resource',
  ) {}

  read(key: string): Value {
    return this.table === 'attributes' ? this.span.attribute(key) : this.span.resourceAttribute(key);
  }

  get all(): ValueMap {
    return this.span[this.table];
  }
}

/** The entries of a read-only table, in order, for iteration. */
export class Entries {
  private places: ReadonlyMap<unknown, number> | undefined;

  private constructor(private readonly entries: readonly TableEntry[]) {}

  /** Undefined for values that cannot be iterated. */
  static of(payload: object): Entries | undefined {
    const entries = entriesOf(payload);
    return entries && new Entries(entries);
  }

  get length(): number {
    return this.entries.length;
  }

  at(place: number): TableEntry | undefined {
    return this.entries[place];
  }

  /** The entry after that of a key; the first one for nil. */
  after(key: unknown): TableEntry | undefined {
    if (key === undefined) return this.entries[0];
    this.places ??= new Map(this.entries.map(([name], place) => [name, place]));
    const place = this.places.get(key);
    return place === undefined ? undefined : this.entries[place + 1];
  }
}

export type TableEntry = readonly [string | number, unknown];

function entriesOf(payload: object): readonly TableEntry[] | undefined {
  const items = itemsOf(payload);
  if (items !== undefined) return items.map((item, index) => [index + 1, item]);
  if (payload instanceof AttributesHandle) return Object.entries(payload.all);
  if (payload instanceof TraceHandle || payload instanceof RelativesHandle || isView(payload)) return undefined;
  return Object.entries(payload);
}

export function itemsOf(payload: unknown): readonly unknown[] | undefined {
  return Array.isArray(payload) ? payload : undefined;
}

/** Views have methods; plain values have none. */
export function isView(value: unknown): value is SpanView {
  return typeof value === 'object' && value !== null && typeof (value as { attribute?: unknown }).attribute === 'function';
}
