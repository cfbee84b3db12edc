import type { SpanAxis } from '../span-relation.js';
import type { SpanView, TraceView } from '../span-view.js';
import type { Value, ValueMap } from '../value.js';

/** `trace` in a script. */
export class TraceHandle {
  constructor(readonly trace: TraceView) {}
}

/** `span.children` and its like: only to be asked by functions. */
export class RelativesHandle {
  constructor(
    readonly axis: SpanAxis,
    readonly span: SpanView,
  ) {}
}

/** `span.attributes`: reads one attribute at a time; all of them only when they are iterated. */
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

/** The entries of a read-only table in order; undefined for what is none. */
export function entriesOf(payload: unknown): readonly (readonly [string | number, unknown])[] | undefined {
  const items = itemsOf(payload);
  if (items !== undefined) return items.map((item, index) => [index + 1, item]);
  if (payload instanceof AttributesHandle) return Object.entries(payload.all);
  if (
    typeof payload !== 'object' ||
    payload === null ||
    payload instanceof TraceHandle ||
    payload instanceof RelativesHandle ||
    isView(payload)
  )
    return undefined;
  return Object.entries(payload);
}

export function itemsOf(payload: unknown): readonly unknown[] | undefined {
  return Array.isArray(payload) ? payload : undefined;
}

/** Views have methods, plain values never do. */
export function isView(value: unknown): value is SpanView {
  return typeof value === 'object' && value !== null && typeof (value as { attribute?: unknown }).attribute === 'function';
}
