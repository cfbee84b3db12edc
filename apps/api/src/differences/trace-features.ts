import { type PlainMap, type PlainValue, SPAN_KINDS, type Span, STATUS_CODES, spanAttributes } from '#otlp';
import type { SensitiveAttributes } from '../attributes/sensitive-attributes.js';
import { MAX_NAME_LENGTH, shownValue } from '../attributes/shown-value.js';

/** `span`: a span's attribute; `resource`: a resource's attribute; `field`: the span's name, status or kind. */
export const FEATURE_PLACES = ['span', 'resource', 'field'] as const;

/** A property of some span of a trace. */
export interface Feature {
  readonly on: (typeof FEATURE_PLACES)[number];
  readonly name: string;
  /** Undefined: any value. */
  readonly value?: string | number | boolean;
}

/** Maximum of distinct features; further ones are left out. */
const MAX_FEATURES = 200_000;
/** Longer texts are left out: URLs and statements of databases are shorter. */
const MAX_TEXT_LENGTH = 1_000;
/** Of all features together: long texts take more memory than short ones. */
const MAX_CHARACTERS = 20_000_000;

/** Numbers features, so that a trace is a set of numbers. It skips sensitive attributes, lists, maps and long texts. */
export class FeatureNumbers {
  readonly features: Feature[] = [];
  /** Some features were left out. */
  more = false;
  private readonly numbers = new Map<string, number>();
  private characters = 0;

  constructor(private readonly sensitive: SensitiveAttributes) {}

  /** Adds the features of a resource. */
  ofResource(attributes: PlainMap): readonly number[] {
    return this.ofAttributes('resource', attributes);
  }

  ofSpan(span: Span): readonly number[] {
    const fields: readonly Feature[] = [
      { on: 'field', name: 'name', ...this.shownText(span.name) },
      { on: 'field', name: 'status', value: STATUS_CODES[span.status?.code ?? 0] ?? 'unset' },
      { on: 'field', name: 'kind', value: SPAN_KINDS[span.kind] ?? 'unspecified' },
    ];
    const numbers = this.ofAttributes('span', spanAttributes(span.attributes));
    for (const field of fields) if (field.value !== undefined) this.add(numbers, field);
    return numbers;
  }

  private ofAttributes(on: 'span' | 'resource', attributes: PlainMap): number[] {
    const numbers: number[] = [];
    for (const name of Object.keys(attributes)) {
      if (name.length > MAX_NAME_LENGTH || !name.isWellFormed()) continue;
      this.add(numbers, { on, name });
      if (this.sensitive.has(name)) continue;
      const value = this.shown(attributes[name]);
      if (value !== undefined) this.add(numbers, { on, name, value });
    }
    return numbers;
  }

  private add(numbers: number[], feature: Feature): void {
    const key = JSON.stringify([feature.on, feature.name, feature.value]);
    let number = this.numbers.get(key);
    if (number === undefined) {
      this.characters += key.length;
      if (this.features.length >= MAX_FEATURES || this.characters > MAX_CHARACTERS) {
        this.more = true;
        return;
      }
      number = this.features.push(feature) - 1;
      this.numbers.set(key, number);
    }
    numbers.push(number);
  }

  private shown(value: PlainValue): Feature['value'] {
    if (typeof value === 'string' && value.length > MAX_TEXT_LENGTH) this.more = true;
    return shownValue(value, MAX_TEXT_LENGTH);
  }

  private shownText(name: string): { readonly value?: string } {
    const value = this.shown(name);
    return typeof value === 'string' && value !== '' ? { value } : {};
  }
}
