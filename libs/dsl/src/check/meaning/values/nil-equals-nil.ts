import { formatExpression } from '../../../tree/format-expression.js';
import type { BinaryNode, LogicalNode, Resolved } from '../../../tree/resolved.js';
import { eachNode } from '../../../tree/walk.js';
import { NIL } from '../../../values/types.js';
import type { Findings } from '../../scope/context.js';
import { isPlainComparison } from '../said/plain-comparison.js';
import { isSameReading } from '../said/same-sides.js';

/**
 * `attribute.a == attribute.b`: true also of a span that has neither. Behind a `not` it is false there, and a guard would make the
 * whole true of each span that has no a.
 */
export function nilEqualsNil(node: BinaryNode, isGuarded: (node: Resolved) => boolean, findings: Findings): void {
  const { operator, left, right, syntax } = node;
  if (operator !== '==' || !mayBeMissing(left) || !mayBeMissing(right) || isGuarded(node)) return;
  const text = `${formatExpression(left.syntax)} and ${formatExpression(syntax)}`;
  const suggestion = `${formatExpression(left.syntax)} and …`;
  findings.report('BT_DSL_NIL_EQUALS_NIL', syntax.range, {}, { suggestion, fix: { range: syntax.range, text } });
}

function mayBeMissing(node: Resolved): boolean {
  return isAttribute(node) && (node.types & NIL) !== 0;
}

function isAttribute({ type }: Resolved): boolean {
  return type === 'attribute' || type === 'resource-attribute';
}

/** Comparisons that do not hold where both sides are missing, or where that is meant: a `not` is around them, or a guard behind them. */
export function guardedIn(root: Resolved): ReadonlySet<Resolved> {
  const noted = new Set<Resolved>();
  eachNode(root, (node) => {
    if (node.type === 'unary' && node.operator === 'not') noteNegated(node, noted);
    else if (node.type === 'logical') noteGuarded(node, noted);
  });
  return noted;
}

/**
 * The conditions that hold where this `not` does not, and each `not` within it, which turns that round again. What a function over spans
 * asks of them is its own.
 */
function noteNegated(not: Resolved, noted: Set<Resolved>): void {
  if (noted.has(not)) return;
  const pending: (readonly [Resolved, boolean])[] = [[not, false]];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const [node, isNegated] = next;
    if (node.type === 'logical') pending.push([node.left, isNegated], [node.right, isNegated]);
    else if (node.type === 'unary' && node.operator === 'not') {
      noted.add(node);
      pending.push([node.operand, !isNegated]);
    } else if (isNegated) noted.add(node);
  }
}

/** So many conditions before a guard are looked at: the time stays linear. */
const MAX_OPERANDS = 20;

/** `a.x == b.x and a.x`: the guard stands behind the comparison. Notes the comparisons that it leaves nothing to say of. */
function noteGuarded({ operator, left, right }: LogicalNode, noted: Set<Resolved>): void {
  if (operator !== 'and') return;
  const guarded = isPlainComparison(right) ? (holdsOfNil(right) ? undefined : right.left) : right;
  if (guarded === undefined || !isAttribute(guarded)) return;
  let before: Resolved | undefined = left;
  for (let count = 0; count < MAX_OPERANDS && before !== undefined; count++) {
    const chain: LogicalNode | undefined = before.type === 'logical' && before.operator === 'and' ? before : undefined;
    const last: Resolved = chain?.right ?? before;
    if (last.type === 'binary' && (isSameReading(guarded, last.left) || isSameReading(guarded, last.right))) noted.add(last);
    before = chain?.left;
  }
}

/** `x != "a"` and `x == nil` ask for no value. */
function holdsOfNil({ operator, right }: BinaryNode): boolean {
  return (operator === '~=') !== (right.types === NIL);
}
