import type { DiagnosticExtras } from '../../diagnostic.js';
import { formatExpression } from '../../format-expression.js';
import type { LogicalNode, Resolved } from '../../resolved.js';
import type { Findings } from '../context.js';

/** Where a condition stands: it decides what was meant by a constant there. */
export type Place =
  | { readonly kind: 'whole' }
  /** An argument of a function over spans. */
  | { readonly kind: 'condition' }
  | { readonly kind: 'operand'; readonly chain: LogicalNode; readonly previous: Resolved | undefined; readonly of: Place };

export const whole: Place = { kind: 'whole' };

/** Reports a text, a number or a duration where a condition belongs. */
export function reportConstant(node: Resolved, place: Place, findings: Findings): boolean {
  if (node.type !== 'literal' || (typeof node.value !== 'string' && typeof node.value !== 'number' && typeof node.value !== 'bigint'))
    return false;
  const what = node.syntax.type === 'duration' ? 'a duration' : typeof node.value === 'string' ? 'a text' : 'a number';
  const meant = meantBy(node, place);
  const extras: DiagnosticExtras =
    meant === undefined
      ? { expected: 'a condition' }
      : { expected: 'a condition', suggestion: meant, fix: { range: node.syntax.range, text: meant } };
  findings.report('BT_DSL_CONSTANT_CONDITION', node.syntax.range, { text: formatExpression(node.syntax), what }, extras);
  return true;
}

function meantBy(node: Resolved, place: Place): string | undefined {
  if (place.kind === 'condition') return node.syntax.type === 'string' ? `span.name == ${formatExpression(node.syntax)}` : undefined;
  if (place.kind === 'whole') return undefined;
  const { previous } = place;
  return previous === undefined ? meantBy(node, place.of) : likePrevious(node, previous, place.chain.operator);
}

/** `span.kind == "server" or "client"`: the comparison again, with the other value. Equal to both values at once nothing can be. */
function likePrevious(node: Resolved, previous: Resolved, operator: 'and' | 'or'): string | undefined {
  const value = formatExpression(node.syntax);
  if (previous.type === 'string-test' && node.syntax.type === 'string') {
    return `${formatExpression(previous.subject.syntax)} ${previous.test} ${value}`;
  }
  // The operand before it may be a constant too: `a == "x" or "y" or "z"` is mended one by one.
  if (previous.type !== 'binary' || previous.right.type !== 'literal' || previous.right.syntax.type !== node.syntax.type) return undefined;
  const isCertain = operator === 'or' ? previous.operator !== '~=' : previous.operator !== '==';
  if (!isCertain) return undefined;
  const text = previous.operator === '~=' ? '!=' : previous.operator;
  return `${formatExpression(previous.left.syntax)} ${text} ${value}`;
}
