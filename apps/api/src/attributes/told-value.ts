import type { PlainValue } from '#otlp';
import { looksSensitive } from './sensitive-attributes.js';

/** Maximum length in characters. */
const LONGEST_NAME = 200;
const LONGEST_VALUE = 100;

/** Whether the name of an attribute is shown. */
export function isToldName(name: string): boolean {
  return name.length <= LONGEST_NAME && cleaned(name) === name;
}

/** Undefined for values that are not shown: lists, maps, bytes, numbers that JSON lacks, long texts, and texts that look sensitive. */
export function toldValue(value: PlainValue): string | number | boolean | undefined {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) && !looksSensitive(String(value)) ? value : undefined;
  if (typeof value !== 'string' || value.length > LONGEST_VALUE) return undefined;
  return looksSensitive(value) ? undefined : cleaned(value);
}

/** Removes control characters, direction marks and lone surrogates, which readers of a list cannot see. */
export function cleaned(text: string): string {
  return text.toWellFormed().replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '\u{fffd}');
}
