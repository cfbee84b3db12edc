import type { Range } from '../../../text/source.js';
import { formatExpression } from '../../../tree/format-expression.js';
import type { Resolved } from '../../../tree/resolved.js';
import type { Findings } from '../../scope/scope.js';
import { flatOperands } from '../implied/flat-operands.js';

/**
 * `span.children.all(c)` is true on every span without children, `trace.count(a) == trace.count(b)` in every trace without either. Reported if no
 * other condition selects the spans.
 */
export function holdsOfNone(root: Resolved, findings: Findings): void {
  if (root.type === 'logical' && root.operator === 'or') {
    for (const operand of flatOperands(root)) holdsOfNone(operand, findings);
    return;
  }
  const operands = root.type === 'logical' ? flatOperands(root) : [root];
  const found = operands.map(ofNone);
  const [first] = found;
  if (first === undefined || found.includes(undefined)) return;
  const { of, what, range } = first;
  if (of === undefined) return findings.report('BT_DSL_HOLDS_OF_NONE', range, { where: 'if there are none of both', reason: '0 == 0' });
  const text = `${of}.has(true) and ${findings.source.slice(range)}`;
  const values = { where: `on every span without ${what}`, reason: 'all of none satisfy any condition' };
  findings.report('BT_DSL_HOLDS_OF_NONE', range, values, { suggestion: `${of}.has(true) and …`, fix: { range, text } });
}

interface OfNone {
  /** The spans that must exist, as written; undefined for counts. */
  readonly of?: string;
  readonly what?: string;
  readonly range: Range;
}

function ofNone(node: Resolved): OfNone | undefined {
  const { range } = node.syntax;
  if (node.type === 'trace-quantifier' && node.quantifier === 'all' && node.over !== undefined && node.syntax.type === 'call') {
    const { callee } = node.syntax;
    return callee.type === 'member' ? { of: formatExpression(callee.object), what: node.over.axis, range } : undefined;
  }
  const isEqual = node.type === 'binary' && node.operator === '==' && isCount(node.left) && isCount(node.right);
  return isEqual ? { range } : undefined;
}

function isCount(node: Resolved): boolean {
  return node.type === 'trace-quantifier' && node.quantifier === 'count';
}
