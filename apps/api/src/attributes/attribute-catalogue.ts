import type { PlainMap, PlainValue } from '#otlp';
import type { SensitiveAttributes } from './sensitive-attributes.js';
import { isShownName, shownValue } from './shown-value.js';

/** Maximum of names, and of values per name. */
const NAMES = 1_000;
const VALUES = 50;

export type AttributePlace = 'span' | 'resource';
export type AttributeType = 'string' | 'number' | 'boolean' | 'bytes' | 'list' | 'map';

interface Known {
  readonly on: AttributePlace;
  readonly name: string;
  readonly types: Set<AttributeType>;
  readonly sensitive: boolean;
  spans: number;
  readonly values: Map<string | number | boolean, number>;
  /** Some values are omitted: too many, too long, or possibly sensitive. */
  more: boolean;
}

export interface CataloguedAttribute {
  readonly on: AttributePlace;
  readonly name: string;
  readonly types: readonly AttributeType[];
  readonly sensitive: boolean;
  /** Spans with the attribute, on the span or its resource. */
  readonly spans: number;
  /** Most frequent first. */
  readonly values: readonly { readonly value: string | number | boolean; readonly spans: number }[];
  readonly more: boolean;
}

/** Names and values of the attributes of some spans. The numbers of names, values and bytes are limited. */
export class AttributeCatalogue {
  private readonly known = new Map<string, Known>();
  /** Some names are omitted. */
  more = false;

  constructor(private readonly sensitive: SensitiveAttributes) {}

  /** Adds the attributes of one span, or of a resource for this many spans. */
  add(on: AttributePlace, attributes: PlainMap, spans = 1): void {
    for (const name of Object.keys(attributes)) {
      const value = attributes[name];
      const attribute = value === undefined ? undefined : this.attribute(on, name);
      if (attribute === undefined) continue;
      attribute.types.add(typeOf(value));
      attribute.spans += spans;
      if (!attribute.sensitive) note(attribute, value, spans);
    }
  }

  /** Ordered by name; for equal names `span` before `resource`. */
  get attributes(): readonly CataloguedAttribute[] {
    return [...this.known.values()]
      .sort((a, b) => compare(a.name, b.name) || compare(b.on, a.on))
      .map(({ on, name, types, sensitive, spans, values, more }) => ({
        on,
        name,
        types: [...types].sort(),
        sensitive,
        spans,
        values: [...values]
          .map(([value, of]) => ({ value, spans: of }))
          .sort((a, b) => b.spans - a.spans || compare(String(a.value), String(b.value))),
        more,
      }));
  }

  private attribute(on: AttributePlace, name: string): Known | undefined {
    const key = `${on} ${name}`;
    const existing = this.known.get(key);
    if (existing !== undefined) return existing;
    if (this.known.size >= NAMES || !isShownName(name)) {
      this.more = true;
      return undefined;
    }
    const sensitive = this.sensitive.has(name);
    const attribute: Known = { on, name, types: new Set(), sensitive, spans: 0, values: new Map(), more: sensitive };
    this.known.set(key, attribute);
    return attribute;
  }
}

function note(attribute: Known, value: PlainValue, spans: number): void {
  const shown = shownValue(value);
  const before = shown === undefined ? undefined : attribute.values.get(shown);
  if (shown !== undefined && (before !== undefined || attribute.values.size < VALUES)) attribute.values.set(shown, (before ?? 0) + spans);
  else attribute.more = true;
}

function typeOf(value: PlainValue): AttributeType {
  if (typeof value === 'string' || typeof value === 'boolean') return typeof value === 'string' ? 'string' : 'boolean';
  if (typeof value === 'number' || typeof value === 'bigint') return 'number';
  return value instanceof Uint8Array ? 'bytes' : Array.isArray(value) ? 'list' : 'map';
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
