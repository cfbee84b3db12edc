import type { Expression } from '../text/syntax.js';
import { formatExpression } from './format-expression.js';

/** Maximum of characters of a condition in a message. */
const MAX_LENGTH = 60;

/** The text of an expression, cut for a message. */
export function shortText(expression: Expression): string {
  const text = formatExpression(expression);
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text;
}
