import type { Attribute, BinaryNode, Field, Literal, Resolved, ResourceAttribute } from '../../resolved.js';

/** A value of a span, compared with one that stands in the rule: `span.name == "checkout"`. */
export interface PlainComparison extends BinaryNode {
  readonly left: Field | Attribute | ResourceAttribute;
  readonly right: Literal;
}

/**
 * Nearly all conditions are so. What takes two values of spans, a count, a sum or a function can't be wrong with them, and is not asked.
 */
export function isPlainComparison(node: Resolved): node is PlainComparison {
  if (node.type !== 'binary' || node.right.type !== 'literal') return false;
  const { type } = node.left;
  return type === 'field' || type === 'attribute' || type === 'resource-attribute';
}
