import { formatExpression } from '../../../tree/format-expression.js';
import type { BinaryNode, Resolved } from '../../../tree/resolved.js';
import { BOOLEAN, NIL } from '../../../values/types.js';
import type { Findings } from '../../scope/scope.js';
import { firstOperand, flatOperands } from '../implied/flat-operands.js';

/**
 * A condition on a span that only excludes a value, as `attribute.model != "a"`, holds on every span without the attribute. So does `span.duration !=
 * attribute.total`. Another `and` operand (`span.name == "chat" and …`) may select the spans; with `or` none does.
 */
export function missingDiffers(condition: Resolved, findings: Findings): void {
  if (condition.type === 'logical' && condition.operator === 'or') {
    const alternatives = flatOperands(condition);
    // Another check reports `x != "a" or "b"`.
    if (!alternatives.some(({ type }) => type === 'literal')) for (const alternative of alternatives) missingDiffers(alternative, findings);
    return;
  }
  const first = differs(firstOperand(condition));
  if (first === undefined) return;
  const operands = condition.type === 'logical' && condition.operator === 'and' ? flatOperands(condition) : [condition];
  if (!operands.every((operand) => differs(operand) !== undefined)) return;
  const key = [first.left, first.right].find(mayBeMissing) as Extract<Resolved, { readonly key: string }>;
  // A guard `x and …` also excludes false, which `x != true` should match.
  const isTruth = [first.left, first.right].some(isBoolean);
  const guards = [first.left, first.right].filter(mayBeMissing).map(({ syntax }) => formatExpression(syntax) + (isTruth ? ' != nil' : ''));
  const { range } = (operands[0] as Resolved).syntax;
  const text = [...guards, findings.source.slice(range)].join(' and ');
  findings.report('BT_DSL_MISSING_DIFFERS', range, { key: key.key }, { suggestion: `${guards.join(' and ')} and …`, fix: { range, text } });
}

/** The comparison that holds if the attribute is missing. */
function differs(node: Resolved): BinaryNode | undefined {
  if (node.type === 'unary' && node.operator === 'not' && node.operand.type === 'binary' && node.operand.operator === '==')
    return known(node.operand);
  return node.type === 'binary' && node.operator === '~=' ? known(node) : undefined;
}

/** A comparison with an existing value: nil differs from it. */
function known(node: BinaryNode): BinaryNode | undefined {
  const { left, right } = node;
  const [missing, other] = mayBeMissing(left) ? [left, right] : [right, left];
  if (!mayBeMissing(missing)) return undefined;
  return mayBeMissing(other) || isThere(other) ? node : undefined;
}

/** Whether it exists on every span. Script variables are unknown; `x != ("a" or "b")` is another mistake. */
function isThere({ type, types }: Resolved): boolean {
  return types !== 0 && type !== 'logical' && (type === 'literal' ? types !== NIL : (types & NIL) === 0);
}

function mayBeMissing(node: Resolved): boolean {
  return (node.type === 'attribute' || node.type === 'resource-attribute') && (node.types & NIL) !== 0;
}

function isBoolean(node: Resolved): boolean {
  return node.types !== 0 && (node.types & ~BOOLEAN) === 0;
}
