import type { Expression } from '../../text/syntax.js';
import { formatExpression } from '../../tree/format-expression.js';
import { withoutParentheses } from '../../tree/without-parentheses.js';
import { formatDuration } from '../../values/format-duration.js';
import type { Findings } from '../scope/scope.js';

type Values = ReadonlyMap<string, readonly (Expression | undefined)[]>;
type Comparison = Extract<Expression, { type: 'binary' }>;

const ORDERS: ReadonlySet<string> = new Set(['<', '<=', '>', '>=']);
/** No script writes so short a duration as a bare number of nanoseconds. */
const MIN_NS = 1_000_000;

/**
 * `total = total + s.duration` and `total > 1000`: a variable that sums durations is in nanoseconds. So is a difference of two times, `s.start_time -
 * last.end_time > 5`, also of spans in variables.
 */
export function bareTotal({ operator, left, right }: Comparison, values: Values, findings: Findings): void {
  if (!ORDERS.has(operator)) return;
  const total = withoutParentheses(left);
  if (right.type !== 'number' || !(right.value > 0) || right.value >= MIN_NS) return;
  if (total.type === 'name' ? !addsDurations(total.name, values) : !isOfTimes(total)) return;
  const number = findings.source.slice(right.range);
  const isCertain = right.value >= 100 && right.value < 100_000 && Number.isInteger(right.value);
  const meant = `${number}ms`;
  findings.report(
    'BT_DSL_UNIT',
    right.range,
    { what: formatExpression(total), number, shown: formatDuration(right.value) },
    {
      expected: 'a duration such as 500ms, 1.5s, 2m',
      suggestion: isCertain ? meant : `${number}ms or ${number}s`,
      fix: isCertain ? { range: right.range, text: meant } : undefined,
    },
  );
}

function isOfTimes(node: Expression): boolean {
  if (node.type !== 'binary' || node.operator !== '-') return false;
  return [node.left, node.right].map(withoutParentheses).every((side) => side.type === 'member' && TIMES.has(side.name));
}

const TIMES: ReadonlySet<string> = new Set(['start_time', 'end_time']);

function addsDurations(name: string, values: Values): boolean {
  const given = values.get(name) ?? [];
  let hasDuration = false;
  const isTerm = (value: Expression): boolean => {
    const node = withoutParentheses(value);
    if (node.type === 'member' && node.name === 'duration') {
      hasDuration = true;
      return true;
    }
    if (node.type === 'binary') return node.operator === '+' && isTerm(node.left) && isTerm(node.right);
    return (node.type === 'number' && node.value === 0) || (node.type === 'name' && node.name === name);
  };
  return given.every((value) => value !== undefined && isTerm(value)) && hasDuration;
}
