import type { Formatted } from '../format.js';
import { formatExpression } from '../format-expression.js';
import { Source } from '../source.js';
import type { Expression } from '../syntax.js';
import { parseWhen, type WhenOptions } from './parse-when.js';
import { flat } from './when-tree.js';

const WIDTH = 100;

/** A rule of the form `when { … }` as BeTraceDSL that gives the same verdicts. Longer ones have a line per condition. */
export function convertWhen(text: string, options?: WhenOptions): Formatted {
  const { syntax, diagnostics } = parseWhen(new Source(text), options);
  if (syntax?.kind !== 'expression') return { ok: false, diagnostics };
  const line = formatExpression(syntax.expression);
  return { ok: true, text: line.length <= WIDTH ? line : flat('and', syntax.expression).map(operand).join(' and\n') };
}

function operand(expression: Expression): string {
  const text = formatExpression(expression);
  return expression.type === 'logical' ? `(${text})` : text;
}
