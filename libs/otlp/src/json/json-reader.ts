import { MAX_FIELD_ERRORS } from '../wire/limits.js';
import type { FieldError } from '../wire/otlp-error.js';
import type { JsonValue } from './lossless-json.js';

export type JsonObject = { readonly [key: string]: JsonValue };

/**
 * Reads fields of parsed JSON. A wrong field is noted with its path and the expected form, and reads as its default, so one pass finds all errors. Absent and
 * null are the default.
 */
export class JsonReader {
  readonly errors: FieldError[] = [];
  private readonly path: (string | number)[];

  constructor(path: readonly (string | number)[] = []) {
    this.path = [...path];
  }

  /** The maximum of reported errors is reached: nothing more needs to be checked. */
  get isFull(): boolean {
    return this.errors.length >= MAX_FIELD_ERRORS;
  }

  /** Notes an error at the current place, or at a field below it. */
  fail(message: string, ...below: (string | number)[]): void {
    if (!this.isFull) this.errors.push({ path: pathText([...this.path, ...below]), message });
  }

  expected(what: string, found: JsonValue | undefined, ...below: (string | number)[]): void {
    this.fail(`expected ${what}, found ${shown(found)}`, ...below);
  }

  /** Reads with `name` added to the path of errors. */
  within<T>(name: string | number, read: () => T): T {
    this.path.push(name);
    const value = read();
    this.path.pop();
    return value;
  }

  /** The path of the current place. */
  where(): string {
    return pathText(this.path);
  }

  object(value: JsonValue | undefined): JsonObject | undefined {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
    this.expected('an object', value);
    return undefined;
  }

  /** An object field; undefined when absent. */
  nested<T>(object: JsonObject, name: string, read: (value: JsonObject) => T): T | undefined {
    const value = object[name];
    if (value === undefined || value === null) return undefined;
    return this.within(name, () => {
      const inner = this.object(value);
      return inner && read(inner);
    });
  }

  /** A field that is a list of objects. */
  list<T>(object: JsonObject, name: string, read: (value: JsonObject) => T): T[] {
    return this.items(object, name, (value) => {
      const inner = this.object(value);
      return inner ? [read(inner)] : [];
    }).flat();
  }

  /** A field that is a list of anything. */
  items<T>(object: JsonObject, name: string, read: (value: JsonValue) => T): T[] {
    const value = object[name];
    if (value === undefined || value === null) return [];
    if (!Array.isArray(value)) {
      this.expected('a list', value, name);
      return [];
    }
    return this.within(name, () => value.map((item, i) => this.within(i, () => read(item))));
  }

  text(object: JsonObject, name: string): string {
    const value = object[name];
    if (value === undefined || value === null) return '';
    if (typeof value === 'string') return value;
    this.expected('a text', value, name);
    return '';
  }

  /** An integer from `min` to `max`, as number or decimal text. */
  integer(object: JsonObject, name: string, min: bigint, max: bigint): bigint {
    const value = object[name];
    if (value === undefined || value === null) return 0n;
    const integer = integerOf(value);
    if (integer !== undefined && integer >= min && integer <= max) return integer;
    this.expected(`an integer from ${min} to ${max}`, value, name);
    return 0n;
  }

  uint32(object: JsonObject, name: string): number {
    return Number(this.integer(object, name, 0n, 0xffff_ffffn));
  }

  uint64(object: JsonObject, name: string): bigint {
    return this.integer(object, name, 0n, 0xffff_ffff_ffff_ffffn);
  }
}

/** An integer given as number, bigint or decimal text; undefined when it is none. */
export function integerOf(value: JsonValue): bigint | undefined {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : undefined;
  return typeof value === 'string' && /^-?\d{1,20}$/.test(value) ? BigInt(value) : undefined;
}

/** A value for an error message: short. */
export function shown(value: JsonValue | undefined): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

/** `spans[0].start_time`, `attributes["http.method"]`. */
function pathText(path: readonly (string | number)[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    if (!/^[A-Za-z_]\w*$/.test(part)) return `${text}[${JSON.stringify(part)}]`;
    return text === '' ? part : `${text}.${part}`;
  }, '');
}
