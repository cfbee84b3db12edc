import type { Resolved, SpanSource } from '../../../tree/resolved.js';
import type { ConditionResult } from '../implied/apart.js';
import { isSameSpan } from '../implied/same-sides.js';

/** `not (a and b)`: a is false, or b is. */
export function alternativesOf(node: Resolved, outcome: boolean): readonly (readonly ConditionResult[])[] {
  const parts = partsOf(node, !outcome);
  if (parts.length > 1) return parts.map((part) => [{ node: part.node, outcome: !part.outcome }]);
  return [partsOf(node, outcome)];
}

/** The parts that follow from a condition with this result. */
export function partsOf(node: Resolved, outcome: boolean): readonly ConditionResult[] {
  if (node.type !== 'unary' && node.type !== 'logical') return [{ node, outcome }];
  const parts: ConditionResult[] = [];
  addParts(node, outcome, parts);
  return parts;
}

function addParts(node: Resolved, outcome: boolean, parts: ConditionResult[]): void {
  if (node.type === 'logical' && (node.operator === 'and') === outcome) {
    addParts(node.left, outcome, parts);
    addParts(node.right, outcome, parts);
    return;
  }
  // A part that is not split is reported as written.
  if (node.type === 'unary' && node.operator === 'not' && isTakenApart(node.operand, !outcome)) addParts(node.operand, !outcome, parts);
  else parts.push({ node, outcome });
}

/** Splits `not (a or b)` and `not not (a and b)`. */
function isTakenApart(node: Resolved, outcome: boolean): boolean {
  if (node.type === 'logical') return (node.operator === 'and') === outcome;
  return node.type === 'unary' && node.operator === 'not' && isTakenApart(node.operand, !outcome);
}

/** Whether it contains a function over spans. */
export function asksOthers(node: Resolved): boolean {
  switch (node.type) {
    case 'trace-quantifier':
    case 'trace-pair':
    case 'trace-aggregate':
      return true;
    case 'unary':
      return asksOthers(node.operand);
    case 'binary':
    case 'logical':
      return asksOthers(node.left) || asksOthers(node.right);
    case 'string-test':
      return asksOthers(node.subject);
    case 'library-call':
      return node.args.some(asksOthers);
    default:
      return false;
  }
}

/** Whether it reads the span or its parent. */
export function readsSpan(node: Resolved, span: SpanSource): boolean {
  switch (node.type) {
    case 'field':
    case 'attribute':
    case 'resource-attribute':
    case 'has-attribute':
    case 'span':
      return isOf(node.span, span);
    case 'span-order':
      return isOf(node.first, span) || isOf(node.second, span);
    case 'unary':
      return readsSpan(node.operand, span);
    case 'binary':
    case 'logical':
      return readsSpan(node.left, span) || readsSpan(node.right, span);
    case 'string-test':
      return readsSpan(node.subject, span) || readsSpan(node.pattern, span);
    case 'index':
      return readsSpan(node.object, span) || readsSpan(node.key, span);
    case 'library-call':
      return node.args.some((part) => readsSpan(part, span));
    default:
      return false;
  }
}

function isOf(source: SpanSource, span: SpanSource): boolean {
  return isSameSpan(source, span) || (source.type === 'parent' && isOf(source.of, span));
}

/** Whether it reads the span tested at a depth. */
export function readsTested(node: Resolved, depth: number): boolean {
  return readsSpan(node, (TESTED[depth] ??= { type: 'bound', depth }));
}

/** Cached by depth, of which there are few. */
const TESTED: SpanSource[] = [];

/** Whether it compares one span's value with a constant. */
export function isOfOneValue(node: Resolved): boolean {
  if (node.type === 'binary') return node.left.type === 'literal' || node.right.type === 'literal';
  return node.type === 'string-test' && node.pattern.type === 'literal';
}
