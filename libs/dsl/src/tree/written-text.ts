import type { Expression } from '../text/syntax.js';
import { formatExpression } from './format-expression.js';

const texts = new WeakMap<Expression, string>();

/** An expression's text from the formatter, so that two spellings are equal; formatted once. */
export function writtenText(expression: Expression): string {
  let text = texts.get(expression);
  if (text === undefined) texts.set(expression, (text = formatExpression(expression)));
  return text;
}
