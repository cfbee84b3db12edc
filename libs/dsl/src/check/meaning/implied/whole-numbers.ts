import type { Resolved } from '../../../tree/resolved.js';
import { BOOLEAN } from '../../../values/types.js';
import { fieldValues } from '../../../vocabulary/vocabulary.js';

/** The minimum of a whole number: a judged trace has at least one span, and so one service. */
export function minimumOf(node: Resolved): number {
  if (node.type === 'trace-field') return 1;
  return node.type === 'unary' && node.operand.type === 'trace-services' ? 1 : 0;
}

/** The maximum of a whole number: a field with a fixed set of values has no more distinct ones. */
export function maximumOf(node: Resolved): number {
  if (node.type !== 'trace-aggregate' || node.aggregate !== 'distinct') return Number.POSITIVE_INFINITY;
  const { field } = node;
  const words = field.type === 'field' ? fieldValues(field.field) : undefined;
  if (words !== undefined) return words.length;
  return field.types !== 0 && (field.types & ~BOOLEAN) === 0 ? 2 : Number.POSITIVE_INFINITY;
}

/** A number without fraction, which may be negative. */
export function isRounded(node: Resolved): boolean {
  return node.type === 'library-call' && (node.function === 'math.floor' || node.function === 'math.ceil');
}
