import { Source } from '../text/source.js';
import type { Expression } from '../text/syntax.js';
import { formatExpression } from '../tree/format-expression.js';
import type { Formatted } from './format.js';
import { parseWhen, type WhenOptions } from './when/parse-when.js';
import { flat } from './when/when-tree.js';

const WIDTH = 100;

/** Converts a rule of the form `when { … }` to BeTraceDSL with the same verdicts. Long rules get a line per condition. */
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
