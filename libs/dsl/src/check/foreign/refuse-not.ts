import type { Expression } from '../../text/syntax.js';
import type { Findings } from '../scope/scope.js';

const COMPARISONS: ReadonlySet<string> = new Set(['==', '~=', '<', '<=', '>', '>=']);

/** `not 18 < x < 65`: one fix repairs both mistakes. Returns the compared operands; undefined for all other expressions. */
export function refuseNotChain(node: Extract<Expression, { type: 'binary' }>, findings: Findings): readonly Expression[] | undefined {
  const { left: first, right: last } = node;
  if (first.type !== 'binary' || !COMPARISONS.has(node.operator) || !COMPARISONS.has(first.operator)) return undefined;
  const { left: negated, right: middle } = first;
  if (negated.type !== 'unary' || negated.operator !== 'not') return undefined;
  const { source } = findings;
  const written = node.operator === '~=' ? '!=' : node.operator;
  const start = negated.operand.range.start;
  const [both, subject, limit] = [source.slice({ start, end: first.range.end }), source.slice(middle.range), source.slice(last.range)];
  const fixed = `not (${both} and ${subject} ${written} ${limit})`;
  const values = { operator: first.operator === '~=' ? '!=' : first.operator, operand: source.slice(negated.operand.range) };
  findings.report('BT_DSL_NOT_PRECEDENCE', node.range, values, {
    expected: 'two comparisons',
    suggestion: fixed,
    fix: { range: node.range, text: fixed },
  });
  return findings.judgesMeaning ? [negated.operand, middle, last] : undefined;
}

/** Refuses `not a == b`, which compares `not a`, but not `not a == not b`. Returns whether it refused. */
export function refuseNot(node: Extract<Expression, { type: 'binary' | 'string-test' }>, findings: Findings): boolean {
  // Fast path: nearly all comparisons end here.
  if ((node.type === 'binary' ? node.left : node.subject).type !== 'unary') return false;
  if (node.type === 'binary' && !COMPARISONS.has(node.operator)) return false;
  const [left, right] = node.type === 'binary' ? [node.left, node.right] : [node.subject, node.pattern];
  if (left.type !== 'unary' || left.operator !== 'not' || (right.type === 'unary' && right.operator === 'not')) return false;
  const { source } = findings;
  const written = node.type === 'binary' ? (node.operator === '~=' ? '!=' : node.operator) : node.test;
  const compared = source.slice({ start: left.operand.range.start, end: node.range.end });
  const fixed = `not (${compared})`;
  const values = { operator: written, operand: source.slice(left.operand.range) };
  findings.report('BT_DSL_NOT_PRECEDENCE', node.range, values, { suggestion: fixed, fix: { range: node.range, text: fixed } });
  return findings.judgesMeaning;
}
