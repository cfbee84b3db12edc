import type { BinaryNode, Resolved } from '../../../tree/resolved.js';
import type { Findings } from '../../scope/context.js';

/** What ends the key of an attribute that holds a duration, with the nanoseconds of its unit. */
const UNITS: readonly (readonly [RegExp, string, number])[] = [
  [/[._](?:ms|millis|milliseconds)$/, 'milliseconds', 1e6],
  [/[._](?:s|secs|seconds)$/, 'seconds', 1e9],
  [/[._](?:us|micros|microseconds)$/, 'microseconds', 1e3],
];

const COMPARISONS: ReadonlySet<string> = new Set(['==', '~=', '<', '<=', '>', '>=']);

/** `attribute.duration_ms > 500ms`: the attribute is a number of milliseconds, the duration one of nanoseconds. */
export function unitInName({ operator, left, right }: BinaryNode, findings: Findings): void {
  if (!COMPARISONS.has(operator)) return;
  if (left.type === 'attribute') compared(left, right, findings);
  else if (right.type === 'attribute') compared(right, left, findings);
}

function compared({ key }: Extract<Resolved, { type: 'attribute' }>, value: Resolved, findings: Findings): void {
  if (value.type !== 'literal') return;
  const syntax = value.declared ?? value.syntax;
  if (syntax.type !== 'duration') return;
  for (const [pattern, unit, nanoseconds] of UNITS) {
    if (!pattern.test(key)) continue;
    const number = Number(syntax.nanoseconds) / nanoseconds;
    const text = String(number);
    // A variable may be compared with durations elsewhere.
    const fix = syntax === value.syntax && Number.isSafeInteger(number) ? { range: syntax.range, text } : undefined;
    const values = { key, unit, duration: syntax.text, number: String(syntax.nanoseconds) };
    findings.report('BT_DSL_UNIT_IN_NAME', syntax.range, values, { expected: `a number of ${unit}`, suggestion: fix?.text, fix });
    return;
  }
}
