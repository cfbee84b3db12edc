import type { Range } from '../../../text/source.js';
import { formatExpression } from '../../../tree/format-expression.js';
import type { LogicalNode, Resolved } from '../../../tree/resolved.js';
import type { Findings } from '../../scope/scope.js';
import { isPlainComparison, type PlainComparison } from '../implied/plain-comparison.js';
import { isSameReading } from '../implied/same-sides.js';

/** `x == "a" or x != "b"`: the second covers the first; `x == "a" or x == "a"`. Returns whether it was reported. */
export function coveredAlternative(chain: LogicalNode, operands: readonly Resolved[], findings: Findings): boolean {
  const plain = operands.filter(isPlainComparison);
  if (plain.length < 2) return false;
  for (const [place, part] of plain.entries()) {
    const whole = plain.slice(place + 1, place + 1 + MAX_OPERANDS).find((other) => isTwice(part, other));
    if (whole !== undefined) return report(part, whole, findings);
  }
  if (chain.operator !== 'or') return false;
  const unlike = plain.filter(isOf('~='));
  if (unlike.length === 0) return false;
  for (const part of plain.filter(isOf('=='))) {
    const whole = unlike.find(({ left, right }) => isSameReading(left, part.left) && right.value !== part.right.value);
    if (whole !== undefined) return report(part, whole, findings);
  }
  return false;
}

/** Operands are compared in pairs; this limit keeps the time linear. */
const MAX_OPERANDS = 20;

function isTwice(a: PlainComparison, b: PlainComparison): boolean {
  return (
    a.operator === b.operator &&
    isSameReading(a.left, b.left) &&
    typeof a.right.value === typeof b.right.value &&
    a.right.value === b.right.value
  );
}

function report(part: PlainComparison, whole: PlainComparison, findings: Findings): true {
  const [a, b] = [part, whole].map(({ syntax }) => syntax.range).toSorted((a, b) => a.start - b.start) as [Range, Range];
  const values = { part: formatExpression(part.syntax), whole: formatExpression(whole.syntax) };
  findings.report('BT_DSL_COVERED', { start: a.start, end: b.end }, values, { expected: 'one of the two, or another value' });
  return true;
}

/** Compared with a constant; one number in two spellings is equal. */
function isOf(operator: '==' | '~='): (node: PlainComparison) => boolean {
  return (node) => node.operator === operator && (typeof node.right.value === 'string' || typeof node.right.value === 'boolean');
}
