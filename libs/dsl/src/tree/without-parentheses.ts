import type { Expression } from '../text/syntax.js';

/** What is inside of all parentheses around it. */
export function withoutParentheses(expression: Expression): Expression {
  return expression.type === 'parenthesized' ? withoutParentheses(expression.expression) : expression;
}
