import { DURATION_UNITS } from '#base';
import { DOT, isDigit, isLetter, isOfWord, ZERO } from '../../text/character-codes.js';
import type { Token } from '../../text/token.js';

/** This many digits are exact. */
const MAX_DIGITS = 15;
const LETTER_S = 115;
const UNITS: ReadonlyMap<string, number> = new Map(
  Object.entries(DURATION_UNITS).map(([unit, nanoseconds]) => [unit, Number(nanoseconds)]),
);

/** `500`, `500ms`: nearly all numbers and durations. Undefined for all others, which may still be valid. */
export function wholeNumber(text: string, start: number): Token | undefined {
  let end = start;
  let value = 0;
  let code = text.charCodeAt(end);
  for (; isDigit(code); code = text.charCodeAt(++end)) value = value * 10 + (code - ZERO);
  if (end === start || end - start > MAX_DIGITS) return undefined;
  if (isLetter(code)) return wholeDuration(text, start, end, value);
  if (code === DOT || code > 127) return undefined;
  return { kind: 'number', value, text: text.slice(start, end), range: { start, end } };
}

function wholeDuration(text: string, start: number, behind: number, value: number): Token | undefined {
  const end = behind + (text.charCodeAt(behind + 1) === LETTER_S ? 2 : 1);
  const code = text.charCodeAt(end);
  const unit = isOfWord(code) || code === DOT || code > 127 ? undefined : UNITS.get(text.slice(behind, end));
  const nanoseconds = unit === undefined ? Number.NaN : value * unit;
  if (!Number.isSafeInteger(nanoseconds)) return undefined;
  return { kind: 'duration', nanoseconds, text: text.slice(start, end), range: { start, end } };
}
