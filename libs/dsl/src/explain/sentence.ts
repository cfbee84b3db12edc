import type { ConditionOutcome } from '../explain.js';
import { clipped } from './clipped.js';
import { formatDuration } from './format-duration.js';
import type { ShownValue } from './json-value.js';

/** `1 of 14 spans satisfies`, `0 of 14 spans satisfy`, `at least 1 of 14 spans satisfies`. */
export function spansSatisfy(count: number, of: number, atLeast: boolean, condition: string): string {
  const spans = of === 1 ? 'span' : 'spans';
  return `${atLeast ? 'at least ' : ''}${count} of ${of} ${spans} ${count === 1 ? 'satisfies' : 'satisfy'} ${condition}`;
}

/** `span.duration > 1s holds (span.duration is 2s)`. */
export function holdsSentence(outcome: ConditionOutcome, holds: boolean): string {
  const values = observedText(outcome);
  return `${outcome.condition} ${holds ? 'holds' : 'does not hold'}${values === '' ? '' : ` (${values})`}`;
}

/** `span.duration > 1s failed: attempt to compare nil with number`. */
export function failureSentence(outcome: ConditionOutcome): string {
  return `${outcome.condition} failed: ${outcome.error ?? 'unknown error'}`;
}

function observedText({ condition, observed }: ConditionOutcome): string {
  return Object.entries(observed ?? {})
    .filter(([reading]) => reading !== condition)
    .map(([reading, value]) => `${reading} is ${shown(reading, value)}`)
    .join(', ');
}

/** A value as people read it: durations with their unit, strings quoted, long ones cut. */
function shown(reading: string, value: ShownValue): string {
  if (value === null) return 'nil';
  if (reading.endsWith('.duration') && NANOSECONDS.test(String(value))) return formatDuration(value);
  if (typeof value !== 'string') return String(value);
  return JSON.stringify(clipped(value, LONGEST_SHOWN));
}

/** Code points of a value within a sentence. */
const LONGEST_SHOWN = 80;
/** What a duration is; an attribute of that name may be anything. */
const NANOSECONDS = /^-?\d+(\.\d+)?(e\+\d+)?$/;

/** `not all 14 spans satisfy span.status == "ok"`. */
export function notAllSatisfy(of: number, condition: string): string {
  return `not all ${of} spans satisfy ${condition}`;
}
