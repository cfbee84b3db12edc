import { INVISIBLE } from '#base';
import type { PlainValue } from '#otlp';
import { looksSensitive } from './sensitive-attributes.js';

/** Maximum length in characters. */
export const MAX_NAME_LENGTH = 200;
const MAX_VALUE_LENGTH = 100;

/** Whether the name of an attribute is shown: it is not if readers of a list would take it for another. */
export function isShownName(name: string): boolean {
  return name.length <= MAX_NAME_LENGTH && !/\p{Cc}/u.test(name) && !INVISIBLE.test(name);
}

/**
 * Undefined for values that are not shown: lists, maps, bytes, numbers that JSON lacks, long texts, and texts that look sensitive. A text is as it was sent,
 * so that a condition with it is true; readers of a list show its invisible characters.
 * @param maxLength of a text
 */
export function shownValue(value: PlainValue, maxLength = MAX_VALUE_LENGTH): string | number | boolean | undefined {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) && !looksSensitive(String(value)) ? value : undefined;
  if (typeof value !== 'string' || value.length > maxLength || !value.isWellFormed()) return undefined;
  return looksSensitive(value) ? undefined : value;
}
