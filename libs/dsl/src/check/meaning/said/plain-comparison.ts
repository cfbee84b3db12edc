import type { Attribute, BinaryNode, Field, Literal, Resolved, ResourceAttribute } from '../../../tree/resolved.js';

/** A value of a span, compared with one that stands in the rule: `span.name == "checkout"`. */
export interface PlainComparison extends BinaryNode {
  readonly left: Reading;
  readonly right: Literal;
}

/**
 * Nearly all conditions are so. What takes two values of spans, a count, a sum or a function can't be wrong with them, and is not asked.
 */
export function isPlainComparison(node: Resolved): node is PlainComparison {
  return node.type === 'binary' && node.right.type === 'literal' && isReading(node.left);
}

/** Two values of spans that are compared: `order.attributes["id"] == attribute.order.id`. Nearly all other conditions are so. */
export interface ComparedReadings extends BinaryNode {
  readonly left: Reading;
  readonly right: Reading;
}

export function comparesReadings(node: Resolved): node is ComparedReadings {
  return node.type === 'binary' && isReading(node.left) && isReading(node.right);
}

/** A value of a span. */
export type Reading = Field | Attribute | ResourceAttribute;

export function isReading({ type }: Resolved): boolean {
  return type === 'field' || type === 'attribute' || type === 'resource-attribute';
}
