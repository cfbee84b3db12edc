import type { Expression } from '../text/syntax.js';
import { formatExpression } from './format-expression.js';

/** Characters of a condition that a message shows. */
const MAX_LENGTH = 60;

/** The text of an expression, cut for a message. */
export function shortText(expression: Expression): string {
  const text = formatExpression(expression);
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text;
}
