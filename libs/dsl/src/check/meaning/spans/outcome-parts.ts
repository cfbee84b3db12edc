import type { Resolved, SpanSource } from '../../../tree/resolved.js';
import type { Outcome } from '../said/contradiction.js';
import { flatOperands } from '../said/flat-operands.js';
import { isSameSpan } from '../said/same-sides.js';

/** `not (a and b)`: a is not so, or b is not. */
export function alternativesOf(node: Resolved, outcome: boolean): readonly (readonly Outcome[])[] {
  const parts = partsOf(node, !outcome);
  if (parts.length > 1) return parts.map((part) => [{ node: part.node, outcome: !part.outcome }]);
  return [partsOf(node, outcome)];
}

/** What a condition that comes out so says, part by part. */
export function partsOf(node: Resolved, outcome: boolean): readonly Outcome[] {
  if (node.type !== 'unary' && node.type !== 'logical') return [{ node, outcome }];
  const parts: Outcome[] = [];
  addParts(node, outcome, parts);
  return parts;
}

function addParts(node: Resolved, outcome: boolean, parts: Outcome[]): void {
  if (node.type === 'logical' && (node.operator === 'and') === outcome) {
    for (const part of flatOperands(node)) addParts(part, outcome, parts);
    return;
  }
  // One that is not taken apart is told as it is written.
  if (node.type === 'unary' && node.operator === 'not' && isTakenApart(node.operand, !outcome)) addParts(node.operand, !outcome, parts);
  else parts.push({ node, outcome });
}

/** `not (a or b)`, `not not (a and b)`. */
function isTakenApart(node: Resolved, outcome: boolean): boolean {
  if (node.type === 'logical') return (node.operator === 'and') === outcome;
  return node.type === 'unary' && node.operator === 'not' && isTakenApart(node.operand, !outcome);
}

/** Some function over spans stands in it. */
export function asksOthers(node: Resolved): boolean {
  switch (node.type) {
    case 'trace-quantifier':
    case 'trace-pair':
    case 'trace-aggregate':
      return true;
    case 'unary':
      return asksOthers(node.operand);
    case 'binary':
      return asksOthers(node.left) || asksOthers(node.right);
    case 'logical':
      return flatOperands(node).some(asksOthers);
    case 'string-test':
      return asksOthers(node.subject);
    case 'library-call':
      return node.args.some(asksOthers);
    default:
      return false;
  }
}

export function readsSpan(node: Resolved, span: SpanSource): boolean {
  return someSource(node, (source) => isSameSpan(source, span));
}

/** It reads the span that is tested at a depth. */
export function readsTested(node: Resolved, depth: number): boolean {
  return someSource(node, (source) => source.type === 'bound' && source.depth === depth);
}

function someSource(node: Resolved, test: (span: SpanSource) => boolean): boolean {
  const isIt = (span: SpanSource): boolean => test(span) || (span.type === 'parent' && isIt(span.of));
  switch (node.type) {
    case 'field':
    case 'attribute':
    case 'resource-attribute':
    case 'has-attribute':
    case 'span':
      return isIt(node.span);
    case 'span-order':
      return isIt(node.first) || isIt(node.second);
    case 'unary':
      return someSource(node.operand, test);
    case 'binary':
    case 'logical':
      return someSource(node.left, test) || someSource(node.right, test);
    case 'string-test':
      return someSource(node.subject, test) || someSource(node.pattern, test);
    case 'index':
      return someSource(node.object, test) || someSource(node.key, test);
    case 'library-call':
      return node.args.some((part) => someSource(part, test));
    default:
      return false;
  }
}
