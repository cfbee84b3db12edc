import { PatternExceeded, StepsExceeded } from '../../values/lua/budget-exceeded.js';
import type { BinaryOperator } from '../../values/lua/lua-arithmetic.js';
import type { Unknown } from '../evidence/part-result.js';

/** `1 of 14 spans satisfies`, `0 of 14 spans satisfy`; `9 spans satisfy` where the total does not matter. */
export function spansSatisfy(count: number, total: number | undefined, condition: string): string {
  const spans = (total ?? count) === 1 ? 'span' : 'spans';
  return `${count} ${total === undefined ? '' : `of ${total} `}${spans} ${count === 1 ? 'satisfies' : 'satisfy'} ${condition}`;
}

/** `at least 1 span satisfies`: the others are unknown. */
export function atLeastSatisfy(count: number, condition: string): string {
  return `at least ${count} ${count === 1 ? 'span satisfies' : 'spans satisfy'} ${condition}`;
}

/** `not all 14 spans satisfy span.status == "ok"`; without the number where the total does not matter. */
export function notAllSatisfy(total: number | undefined, condition: string): string {
  return `not all ${total === undefined ? '' : `${total} `}spans satisfy ${condition}`;
}

/** `span.duration > 1s holds (span.duration is 2s)`. */
export function holdsSentence(condition: string, holds: boolean, values: readonly string[]): string {
  return `${condition} ${holds ? 'holds' : 'does not hold'}${values.length === 0 ? '' : ` (${values.join(', ')})`}`;
}

/** `span.duration > 1s failed: attempt to compare nil with number`. */
export function failureSentence(condition: string, error: string): string {
  return `${condition} failed: ${error}`;
}

/** `trace.has(…) is not known: a regular expression takes more steps …`. */
export function unknownSentence(condition: string, unknown: Unknown): string {
  if (unknown === 'not_kept') return `the value of ${condition} was not kept`;
  const { message } = unknown === 'in_doubt' ? new PatternExceeded() : new StepsExceeded();
  return `${condition} is not known: ${message}`;
}

/** `more than 8`: how the count compares with the other side. */
export function comparedSentence(operator: BinaryOperator, other: string, holds: boolean): string {
  const words = WORDS[operator];
  return words === undefined ? '' : `${words[holds ? 0 : 1]} ${other}`;
}

/** How it reads where it holds, and where it does not. */
const WORDS: Readonly<Partial<Record<BinaryOperator, readonly [string, string]>>> = {
  '>': ['more than', 'not more than'],
  '>=': ['at least', 'less than'],
  '<': ['less than', 'not less than'],
  '<=': ['at most', 'more than'],
  '==': ['exactly', 'not'],
  '~=': ['not', 'exactly'],
};

export const MIRRORED: Readonly<Partial<Record<BinaryOperator, BinaryOperator>>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' };
