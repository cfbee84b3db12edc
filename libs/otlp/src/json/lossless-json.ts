import { OtlpError } from '../wire/otlp-error.js';

/** The result of parseJson: JSON, with a bigint where an integer is beyond 2^53. */
export type JsonValue = null | boolean | number | bigint | string | JsonValue[] | { [key: string]: JsonValue };

/** An integer of 16 digits or more outside a text, or (harmless) something in a text that looks like one. */
const LARGE_INTEGER = /[:[,\s]-?[1-9]\d{15}/;

/** Maximum of levels in the slow parser; unknown fields count too. */
const MAX_DEPTH = 512;

/**
 * JSON text (UTF-8) to values; integers keep all their digits: a number while safe, else a bigint. Throws OtlpError:
 * BT_OTLP_JSON_SYNTAX, BT_OTLP_TOO_DEEP. A key `__proto__` is a key like any other.
 */
export function parseJson(input: string | Uint8Array): JsonValue {
  const text = typeof input === 'string' ? input : new TextDecoder().decode(input);
  let value: JsonValue;
  try {
    value = JSON.parse(text) as JsonValue;
  } catch (error) {
    throw new OtlpError('BT_OTLP_JSON_SYNTAX', { what: error instanceof Error ? error.message : String(error) });
  }
  return LARGE_INTEGER.test(text) ? new LosslessParser(text).value(0) : value;
}

/**
 * Reads valid JSON, with large integers as bigint. 2.7 times the speed of JSON.parse with a reviver that asks for each number's source text. (Measured on a
 * request of 512 spans, 450 KB, whose times are numbers.)
 */
class LosslessParser {
  private at = 0;
  /** The first backslash at or after `at`: most texts have none before their end. */
  private backslash: number;

  constructor(private readonly text: string) {
    this.backslash = this.find('\\', 0);
  }

  value(depth: number): JsonValue {
    this.space();
    switch (this.text.charCodeAt(this.at)) {
      case 0x22: // "
        return this.string();
      case 0x7b: // {
        return this.object(depth + 1);
      case 0x5b: // [
        return this.array(depth + 1);
      case 0x74: // t
        this.at += 4;
        return true;
      case 0x66: // f
        this.at += 5;
        return false;
      case 0x6e: // n
        this.at += 4;
        return null;
      default:
        return this.number();
    }
  }

  private object(depth: number): JsonValue {
    this.limit(depth);
    const object: { [key: string]: JsonValue } = {};
    this.at++;
    this.space();
    if (this.closes(0x7d)) return object;
    do {
      this.space();
      const key = this.string();
      this.space();
      this.at++; // :
      const value = this.value(depth);
      if (key === '__proto__') Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
      else object[key] = value;
      this.space();
    } while (!this.closes(0x7d));
    return object;
  }

  private array(depth: number): JsonValue {
    this.limit(depth);
    const array: JsonValue[] = [];
    this.at++;
    this.space();
    if (this.closes(0x5d)) return array;
    do {
      array.push(this.value(depth));
      this.space();
    } while (!this.closes(0x5d));
    return array;
  }

  private string(): string {
    const start = this.at;
    let end = this.text.indexOf('"', start + 1);
    if (this.backslash < start) this.backslash = this.find('\\', start);
    if (this.backslash > end) {
      this.at = end + 1;
      return this.text.slice(start + 1, end);
    }
    end = start + 1;
    for (let code = this.text.charCodeAt(end); code !== 0x22; code = this.text.charCodeAt(end)) end += code === 0x5c ? 2 : 1;
    this.at = end + 1;
    return JSON.parse(this.text.slice(start, this.at)) as string;
  }

  private number(): number | bigint {
    const start = this.at;
    let integer = true;
    for (let code = this.text.charCodeAt(this.at); isOfNumber(code); code = this.text.charCodeAt(++this.at)) {
      if (code === 0x2e || code === 0x45 || code === 0x65) integer = false;
    }
    const literal = this.text.slice(start, this.at);
    const value = Number(literal);
    return integer && !Number.isSafeInteger(value) ? BigInt(literal) : value;
  }

  private space(): void {
    for (let code = this.text.charCodeAt(this.at); code === 0x20 || (code >= 0x09 && code <= 0x0d); code = this.text.charCodeAt(this.at))
      this.at++;
  }

  /** Skips the closing bracket, or the comma before the next item. */
  private closes(bracket: number): boolean {
    const code = this.text.charCodeAt(this.at);
    if (code === bracket || code === 0x2c) this.at++;
    return code === bracket;
  }

  private limit(depth: number): void {
    if (depth > MAX_DEPTH)
      throw new OtlpError('BT_OTLP_TOO_DEEP', { limit: MAX_DEPTH, where: `character ${this.at}` }, { offset: this.at });
  }

  private find(character: string, from: number): number {
    const at = this.text.indexOf(character, from);
    return at < 0 ? this.text.length : at;
  }
}

/** Digits, sign, point, exponent. */
function isOfNumber(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || code === 0x2d || code === 0x2b || code === 0x2e || code === 0x45 || code === 0x65;
}
