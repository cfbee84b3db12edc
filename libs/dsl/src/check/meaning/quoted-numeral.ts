import { parseDuration } from '../../duration.js';
import { formatExpression } from '../../format-expression.js';
import { parseNumeral } from '../../lua-number.js';
import type { BinaryNode } from '../../resolved.js';
import { STRING } from '../../types.js';
import type { Findings } from '../context.js';

const ORDERS: ReadonlySet<string> = new Set(['<', '<=', '>', '>=']);

/** `attribute.amount > "1000"`. */
export function quotedNumeral({ operator, left, right }: BinaryNode, findings: Findings): void {
  if (!ORDERS.has(operator)) return;
  for (const [quoted, other] of [
    [left, right],
    [right, left],
  ] as const) {
    if (quoted.syntax.type !== 'string' || quoted.type !== 'literal' || other.type === 'literal' || other.types === STRING) continue;
    const text = String(quoted.value).trim();
    if (parseNumeral(text) === undefined && parseDuration(text) === undefined) continue;
    const fix = { range: quoted.syntax.range, text };
    findings.report(
      'BT_DSL_NUMERAL_IN_STRING',
      quoted.syntax.range,
      { text: formatExpression(quoted.syntax) },
      { expected: 'a number', suggestion: text, fix },
    );
  }
}
