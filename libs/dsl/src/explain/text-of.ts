import { formatExpression } from '../format-expression.js';
import type { Resolved } from '../resolved.js';

const texts = new WeakMap<object, string>();

/** The canonical text of a part of a rule, made once. */
export function textOf({ syntax }: Pick<Resolved, 'syntax'>): string {
  let text = texts.get(syntax);
  if (text === undefined) texts.set(syntax, (text = formatExpression(syntax)));
  return text;
}
