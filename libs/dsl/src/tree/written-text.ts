import type { Expression } from '../text/syntax.js';
import { formatExpression } from './format-expression.js';

const texts = new WeakMap<Expression, string>();

/** An expression as the formatter writes it, so that two spellings of one thing are equal; formatted once. */
export function writtenText(expression: Expression): string {
  let text = texts.get(expression);
  if (text === undefined) texts.set(expression, (text = formatExpression(expression)));
  return text;
}
