import type { Source } from '../../../text/source.js';
import type { Expression } from '../../../text/syntax.js';
import { formatExpression } from '../../../tree/format-expression.js';
import type { BinaryNode, Resolved, SpanOrderTest, TracePair } from '../../../tree/resolved.js';
import { formatDuration } from '../../../values/format-duration.js';
import { isCount } from '../../resolve/resolve-operator.js';
import type { Findings } from '../../scope/scope.js';

type Unit = 'duration' | 'time' | 'count';

const COMPARISONS: ReadonlySet<string> = new Set(['==', '~=', '<', '<=', '>', '>=']);
const NAMES: Readonly<Record<Unit, string>> = { duration: 'a duration', time: 'a time', count: 'a count' };

/** A duration or time is compared with a bare number (`span.duration > 500`), or a count with a duration (`trace.count(c) > 5s`). */
export function bareNumber({ operator, left, right, syntax }: BinaryNode, findings: Findings): void {
  if (!COMPARISONS.has(operator)) return;
  const units = [unitOf(left), unitOf(right)] as const;
  const [a, b] = units;
  if (a !== undefined && b !== undefined) {
    if (a !== b) {
      const values = {
        left: formatExpression(left.syntax),
        leftUnit: NAMES[a],
        right: formatExpression(right.syntax),
        rightUnit: NAMES[b],
      };
      findings.report('BT_DSL_UNIT_MISMATCH', syntax.range, values);
    }
    return;
  }
  if (a !== undefined) bare(a, left, right, findings);
  if (b !== undefined) bare(b, right, left, findings);
  if (left.type === 'binary') converted(left, right, findings);
  if (right.type === 'binary') converted(right, left, findings);
}

/** The unit of a duration that is divided by this number. */
const UNITS: ReadonlyMap<number, string> = new Map([
  [1e3, 'microseconds'],
  [1e6, 'milliseconds'],
  [1e9, 'seconds'],
]);

/**
 * `span.duration / 1e6 > 5s` compares milliseconds with nanoseconds. `span.duration / 1000 > 5` compares microseconds: five are rarely relevant,
 * and milliseconds were meant.
 */
function converted(node: BinaryNode, value: Resolved, findings: Findings): void {
  const { operator, left, right } = node;
  if (operator !== '/' || right.type !== 'literal' || value.type !== 'literal' || unitOf(left) !== 'duration') return;
  const divisor = Number(right.value);
  const unit = UNITS.get(divisor);
  if (unit === undefined) return;
  const syntax = value.declared ?? value.syntax;
  const [what, duration] = [formatExpression(node.syntax), formatExpression(left.syntax)];
  if (syntax.type === 'duration') {
    const values = { what, unit, duration: syntax.text, number: String(syntax.nanoseconds) };
    const fix = { range: node.syntax.range, text: duration };
    findings.report('BT_DSL_UNIT_TWICE', node.syntax.range, values, { suggestion: duration, fix });
  } else if (divisor === 1e3 && isBare(syntax, findings.source)) {
    const nanoseconds = Number(value.value) * divisor;
    if (!(nanoseconds > 0 && nanoseconds < MIN_NS)) return;
    const values = { what, unit, number: formatExpression(syntax), shown: formatDuration(nanoseconds) };
    findings.report('BT_DSL_UNIT_DIVIDED', syntax.range, values, { expected: `${duration} and a duration such as 500ms` });
  }
}

/** `trace.follows(a, b, 30)`. */
export function bareDurations(node: TracePair | SpanOrderTest, findings: Findings): void {
  const within = node.type === 'trace-pair' ? node.within : undefined;
  for (const duration of [within, node.tolerance]) {
    if (duration === undefined) continue;
    const unit = unitOf(duration);
    if (unit === 'count' || unit === 'time') {
      const values = { left: 'the argument', leftUnit: 'a duration', right: formatExpression(duration.syntax), rightUnit: NAMES[unit] };
      findings.report('BT_DSL_UNIT_MISMATCH', duration.syntax.range, values);
    } else bare('duration', undefined, duration, findings);
  }
  if (within?.type === 'literal' && typeof within.value !== 'string' && Number(within.value) < 0) {
    const shown = formatExpression(within.declared ?? within.syntax);
    const expected = 'a duration, and the function for the other direction: trace.preceded looks back, trace.follows ahead';
    findings.report('BT_DSL_NEGATIVE_DEADLINE', within.syntax.range, { shown }, { expected });
  }
}

/** No rule writes so short a duration as a bare number of nanoseconds, and no time is so early. */
const MIN_NS = 1_000_000;
const MIN_TIMESTAMP = 100_000_000_000_000_000n;

function bare(unit: Unit, measured: Resolved | undefined, value: Resolved, findings: Findings): void {
  if (unit === 'count' || value.type !== 'literal') return;
  // The fix for a script variable's value goes where the variable is assigned.
  const syntax = value.declared ?? value.syntax;
  if (!isBare(syntax, findings.source)) return;
  const number = value.value;
  if ((typeof number !== 'number' && typeof number !== 'bigint') || number <= 0) return;
  const text = formatExpression(syntax);
  const name = measured === undefined ? 'a duration' : formatExpression(measured.syntax);
  if (unit === 'time') {
    if (number >= MIN_TIMESTAMP) return;
    findings.report(
      'BT_DSL_UNIT',
      syntax.range,
      { what: name, number: text, shown: 'long before any span' },
      { expected: 'nanoseconds since 1970' },
    );
    return;
  }
  if (number >= MIN_NS) return;
  // Between 100 and 99,999, milliseconds are meant; smaller numbers may also be seconds.
  const isCertain = syntax.type === 'number' && number >= 100 && number < 100_000;
  const meant = `${text}ms`;
  const suggestion = isCertain ? meant : syntax.type === 'number' ? `${text}ms or ${text}s` : undefined;
  const fix = isCertain ? { range: syntax.range, text: meant } : undefined;
  findings.report(
    'BT_DSL_UNIT',
    syntax.range,
    { what: name, number: text, shown: formatDuration(Number(number)) },
    { expected: 'a duration such as 500ms, 1.5s, 2m', suggestion, fix },
  );
}

/** `500` and `5 * 60` have no known unit. `5 * minute` has none if the script has no durations that the variable could hold. */
function isBare(syntax: Expression, source: Source, isWithin = false): boolean {
  if (syntax.type === 'parenthesized') return isBare(syntax.expression, source, isWithin);
  if (syntax.type === 'name') return isWithin && !/\d(?:ns|us|ms|s|m|h|d)\b/.test(source.text);
  return syntax.type === 'number' || (syntax.type === 'binary' && isBare(syntax.left, source, true) && isBare(syntax.right, source, true));
}

/** The unit that a number counts, if known. */
export function unitOf(node: Resolved): Unit | undefined {
  switch (node.type) {
    case 'literal':
      return (node.declared ?? node.syntax).type === 'duration' ? 'duration' : undefined;
    case 'field':
      if (node.field === 'duration') return 'duration';
      return node.field === 'start_time' || node.field === 'end_time' ? 'time' : undefined;
    case 'trace-field':
      return node.field === 'duration' ? 'duration' : node.field === 'span_count' ? 'count' : undefined;
    case 'trace-depth':
      return 'count';
    case 'trace-aggregate': {
      if (isCount(node)) return 'count';
      const unit = unitOf(node.field);
      return node.aggregate === 'sum' && unit === 'time' ? undefined : unit;
    }
    case 'trace-quantifier':
    case 'unary':
      return isCount(node) ? 'count' : undefined;
    case 'binary':
      return unitOfSum(node);
    case 'library-call':
      return node.function.startsWith('math.') && node.args[0] !== undefined ? unitOf(node.args[0]) : undefined;
    default:
      return undefined;
  }
}

/** A multiple or a part of a duration is a duration; divided by a thousand or a million it is in another unit. */
function unitOfMultiple({ operator, left, right }: BinaryNode): Unit | undefined {
  const [what, times] = operator === '*' && left.type === 'literal' ? [right, left] : [left, right];
  if (times.type !== 'literal' || times.syntax.type !== 'number' || what.type === 'literal') return undefined;
  const factor = Number(times.value);
  // Nanoseconds times 1,000 or more: the duration itself is meant, or a part of it.
  const isMore = operator === '*' && factor >= 1_000;
  if (!isMore && (!(factor > 0 && factor < 1_000) || (operator === '*' && factor < 1e-2))) return undefined;
  return unitOf(what) === 'duration' ? 'duration' : undefined;
}

function unitOfSum(node: BinaryNode): Unit | undefined {
  const { operator, left, right } = node;
  if (operator === '*' || operator === '/') return unitOfMultiple(node);
  if (operator !== '+' && operator !== '-') return undefined;
  const a = unitOf(left);
  const b = unitOf(right);
  if (operator === '-' && a === 'time') return b === 'time' ? 'duration' : b === 'duration' ? 'time' : undefined;
  if (a === 'duration') return b === 'duration' ? 'duration' : b === 'time' && operator === '+' ? 'time' : undefined;
  return a === 'time' && b === 'duration' ? 'time' : a === 'count' && b === 'count' ? 'count' : undefined;
}
