import type { Expression } from '../text/syntax.js';

/** The expression inside all parentheses. */
export function withoutParentheses(expression: Expression): Expression {
  return expression.type === 'parenthesized' ? withoutParentheses(expression.expression) : expression;
}
