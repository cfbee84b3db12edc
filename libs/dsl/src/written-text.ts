import { formatExpression } from './format-expression.js';
import type { Expression } from './syntax.js';

const texts = new WeakMap<Expression, string>();

/** An expression as the formatter writes it, so that two spellings of one thing are equal; formatted once. */
export function writtenText(expression: Expression): string {
  let text = texts.get(expression);
  if (text === undefined) texts.set(expression, (text = formatExpression(expression)));
  return text;
}
