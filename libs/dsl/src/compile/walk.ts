import type { Resolved, SpanSource } from '../resolved.js';

/** The direct parts of a node, in order of evaluation (the index of `trace.spans[i]` included). */
export function partsOf(node: Resolved): readonly Resolved[] {
  switch (node.type) {
    case 'literal':
    case 'trace-field':
    case 'trace-services':
      return [];
    case 'field':
    case 'attribute':
    case 'resource-attribute':
    case 'has-attribute':
    case 'span':
    case 'span-table':
      return node.span.type === 'nth' ? [node.span.index] : [];
    case 'trace-quantifier':
      return [node.condition];
    case 'index':
      return [node.object, node.key];
    case 'string-test':
      return [node.subject, node.pattern];
    case 'library-call':
      return node.args;
    case 'unary':
      return [node.operand];
    case 'binary':
    case 'logical':
      return [node.left, node.right];
  }
}

/** The span that the node itself reads, if it reads one. */
export function spanOf(node: Resolved): SpanSource | undefined {
  switch (node.type) {
    case 'field':
    case 'attribute':
    case 'resource-attribute':
    case 'has-attribute':
    case 'span':
    case 'span-table':
      return node.span;
    default:
      return undefined;
  }
}

/** Some node of the tree satisfies the test. */
export function someNode(node: Resolved, test: (node: Resolved) => boolean): boolean {
  return test(node) || partsOf(node).some((part) => someNode(part, test));
}

/** Visits every node, parents first. */
export function eachNode(node: Resolved, visit: (node: Resolved) => void): void {
  visit(node);
  for (const part of partsOf(node)) eachNode(part, visit);
}

/** The operands of a chain of one logical operator, in order of evaluation: `a and b and c` → a, b, c. */
export function operandsOf(node: Resolved, operator: 'and' | 'or'): readonly Resolved[] {
  if (node.type !== 'logical' || node.operator !== operator) return [node];
  return [...operandsOf(node.left, operator), ...operandsOf(node.right, operator)];
}
