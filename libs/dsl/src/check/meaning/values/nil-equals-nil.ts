import { formatExpression } from '../../../tree/format-expression.js';
import type { BinaryNode, LogicalNode, Resolved } from '../../../tree/resolved.js';
import { eachNode } from '../../../tree/walk.js';
import { NIL } from '../../../values/types.js';
import type { Findings } from '../../scope/scope.js';
import { isPlainComparison } from '../implied/plain-comparison.js';
import { isSameReading } from '../implied/same-sides.js';

/**
 * `attribute.a == attribute.b` is also true on a span with neither. Within `not` no guard is suggested, because it would match every span without a.
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

/** Comparisons that need no guard: within a `not`, or with a guard after them. */
export function guardedIn(root: Resolved): ReadonlySet<Resolved> {
  const noted = new Set<Resolved>();
  eachNode(root, (node) => {
    if (node.type === 'unary' && node.operator === 'not') noteNegated(node, noted);
    else if (node.type === 'logical') noteGuarded(node, noted);
  });
  return noted;
}

/** Notes the comparisons that are negated by this `not`; a nested one inverts again. Conditions of functions over spans are separate. */
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

/** The number of operands before a guard to check; the limit keeps the time linear. */
const MAX_OPERANDS = 20;

/** `a.x == b.x and a.x`: a guard after the comparison. Notes the comparisons that it guards. */
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

/** Whether it also holds for nil, as `x != "a"` and `x == nil` do. */
function holdsOfNil({ operator, right }: BinaryNode): boolean {
  return (operator === '~=') !== (right.types === NIL);
}
