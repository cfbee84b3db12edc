import type { Expression } from '../../text/syntax.js';
import type { Findings } from '../scope/context.js';

const COMPARISONS: ReadonlySet<string> = new Set(['==', '~=', '<', '<=', '>', '>=']);

/** `not 18 < x < 65`: both mistakes at once, of which neither can be mended alone. Answers what is compared; undefined for all others. */
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

/** `not a == b` compares `not a`: refused, whatever a is. `not a == not b` is meant so. Answers whether it was refused. */
export function refuseNot(node: Extract<Expression, { type: 'binary' | 'string-test' }>, findings: Findings): boolean {
  // Nearly none is.
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
