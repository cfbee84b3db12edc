import { countsValues } from '../../../tree/aggregate-traits.js';
import { formatExpression } from '../../../tree/format-expression.js';
import type { BinaryNode, Resolved } from '../../../tree/resolved.js';
import type { Findings } from '../../scope/scope.js';
import { unitOf } from './units.js';

/** The endings of keys of durations, each with the nanoseconds of its unit. */
const UNITS: readonly (readonly [RegExp, string, number, string])[] = [
  [/[._](?:ms|millis|milliseconds)$/, 'milliseconds', 1e6, '1ms'],
  [/[._](?:s|secs|seconds)$/, 'seconds', 1e9, '1s'],
  [/[._](?:us|micros|microseconds)$/, 'microseconds', 1e3, '1us'],
];

const OPERATORS: ReadonlySet<string> = new Set(['==', '~=', '<', '<=', '>', '>=', '+', '-']);

/** `attribute.duration_ms > 500ms`, `span.duration > attribute.timeout_ms`: the attribute is in milliseconds, the duration in nanoseconds. */
export function unitInName({ operator, left, right }: BinaryNode, findings: Findings): void {
  if (!OPERATORS.has(operator)) return;
  const [a, b] = [attributeOf(left), attributeOf(right)];
  if (a !== undefined) compared(a, right, operator, findings);
  else if (b !== undefined) compared(b, left, operator, findings);
}

/** The attribute itself, or that of an aggregate, which has the same unit. */
function attributeOf(node: Resolved): Extract<Resolved, { type: 'attribute' }> | undefined {
  if (node.type === 'trace-aggregate') return !countsValues(node.aggregate) && node.field.type === 'attribute' ? node.field : undefined;
  return node.type === 'attribute' ? node : undefined;
}

function compared(attribute: Extract<Resolved, { type: 'attribute' }>, value: Resolved, operator: string, findings: Findings): void {
  if (value.type !== 'literal') return beside(attribute, value, findings);
  if (operator === '+' || operator === '-') return;
  const { key } = attribute;
  const syntax = value.declared ?? value.syntax;
  if (syntax.type !== 'duration') return;
  for (const [pattern, unit, nanoseconds] of UNITS) {
    if (!pattern.test(key)) continue;
    const number = Number(syntax.nanoseconds) / nanoseconds;
    const text = String(number);
    // The variable may also be compared with real durations.
    const fix = syntax === value.syntax && Number.isSafeInteger(number) ? { range: syntax.range, text } : undefined;
    const values = { key, unit, duration: syntax.text, number: String(syntax.nanoseconds) };
    findings.report('BT_DSL_UNIT_IN_NAME', syntax.range, values, { expected: `a number of ${unit}`, suggestion: fix?.text, fix });
    return;
  }
}

/** Compared with a duration or time of the span: the fix converts the attribute to nanoseconds. */
function beside({ key, syntax }: Extract<Resolved, { type: 'attribute' }>, value: Resolved, findings: Findings): void {
  const entry = UNITS.find(([pattern]) => pattern.test(key));
  const valueUnit = entry === undefined ? undefined : unitOf(value);
  if (entry === undefined || (valueUnit !== 'duration' && valueUnit !== 'time')) return;
  const [, unit, , one] = entry;
  const text = `${findings.source.slice(syntax.range)} * ${one}`;
  const values = { key, unit, what: formatExpression(value.syntax) };
  findings.report('BT_DSL_UNIT_BESIDE', syntax.range, values, { suggestion: text, fix: { range: syntax.range, text } });
}
