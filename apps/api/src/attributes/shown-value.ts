import type { PlainValue } from '#otlp';
import { looksSensitive } from './sensitive-attributes.js';

/** Maximum length in characters. */
const MAX_NAME_LENGTH = 200;
const MAX_VALUE_LENGTH = 100;

/** Whether the name of an attribute is shown. */
export function isShownName(name: string): boolean {
  return name.length <= MAX_NAME_LENGTH && cleaned(name) === name;
}

/**
 * Undefined for values that are not shown: lists, maps, bytes, numbers that JSON lacks, long texts, and texts that look sensitive.
 * @param maxLength of a text
 */
export function shownValue(value: PlainValue, maxLength = MAX_VALUE_LENGTH): string | number | boolean | undefined {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) && !looksSensitive(String(value)) ? value : undefined;
  if (typeof value !== 'string' || value.length > maxLength) return undefined;
  return looksSensitive(value) ? undefined : cleaned(value);
}

/** Removes control characters, direction marks and lone surrogates, which readers of a list cannot see. */
export function cleaned(text: string): string {
  return text.toWellFormed().replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '\u{fffd}');
}
