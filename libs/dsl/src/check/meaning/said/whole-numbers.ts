import type { Resolved } from '../../../tree/resolved.js';
import { BOOLEAN } from '../../../values/types.js';
import { fieldValues } from '../../../vocabulary/vocabulary.js';

/** A trace that is judged has a span, and so a service. */
export function leastOf(node: Resolved): number {
  if (node.type === 'trace-field') return 1;
  return node.type === 'unary' && node.operand.type === 'trace-services' ? 1 : 0;
}

/** Of a field with few values no more are different. */
export function mostOf(node: Resolved): number {
  if (node.type !== 'trace-aggregate' || node.aggregate !== 'distinct') return Number.POSITIVE_INFINITY;
  const { field } = node;
  const words = field.type === 'field' ? fieldValues(field.field) : undefined;
  if (words !== undefined) return words.length;
  return field.types !== 0 && (field.types & ~BOOLEAN) === 0 ? 2 : Number.POSITIVE_INFINITY;
}

/** What has no fraction, and may be negative. */
export function isRounded(node: Resolved): boolean {
  return node.type === 'library-call' && (node.function === 'math.floor' || node.function === 'math.ceil');
}
