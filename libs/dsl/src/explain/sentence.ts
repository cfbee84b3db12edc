import type { ConditionOutcome } from '../explain.js';
import { clipped } from './clipped.js';
import { formatDuration } from './format-duration.js';
import type { ShownValue } from './json-value.js';

/** `1 of 14 spans satisfies`, `0 of 14 spans satisfy`. */
export function spansSatisfy(count: number, of: number, condition: string): string {
  const spans = of === 1 ? 'span' : 'spans';
  return `${count} of ${of} ${spans} ${count === 1 ? 'satisfies' : 'satisfy'} ${condition}`;
}

/** `at least 1 span satisfies`: true of the trace whatever else comes, so its spans are not counted. */
export function atLeastSatisfy(count: number, condition: string): string {
  return `at least ${count} ${count === 1 ? 'span satisfies' : 'spans satisfy'} ${condition}`;
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

/** `not all 14 spans satisfy span.status == "ok"`; without the number where it is not known in the end. */
export function notAllSatisfy(of: number | undefined, condition: string): string {
  return `not all ${of === undefined ? '' : `${of} `}spans satisfy ${condition}`;
}
