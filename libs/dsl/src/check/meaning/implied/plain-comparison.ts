import type { Attribute, BinaryNode, Field, Literal, Resolved, ResourceAttribute } from '../../../tree/resolved.js';

/** A value of a span, compared with a constant: `span.name == "checkout"`. */
export interface PlainComparison extends BinaryNode {
  readonly left: Reading;
  readonly right: Literal;
}

/** Fast path: nearly all conditions are of this form, and need no check for two readings, counts, sums or functions. */
export function isPlainComparison(node: Resolved): node is PlainComparison {
  return node.type === 'binary' && node.right.type === 'literal' && isReading(node.left);
}

/** A comparison of two values of spans: `order.attributes["id"] == attribute.order.id`. Nearly all other conditions are of this form. */
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
