import { formatExpression } from '../../format-expression.js';
import type { BinaryNode, Resolved, SpanOrderTest, SpanSource, StringTestNode } from '../../resolved.js';
import type { Findings } from '../context.js';

const COMPARISONS: ReadonlySet<string> = new Set(['==', '~=', '<', '<=', '>', '>=']);

/** `span.attributes["id"] == span.attributes["id"]`, the inner span compared with itself. */
export function sameSides(node: BinaryNode | StringTestNode, findings: Findings): boolean {
  const [left, right] = node.type === 'binary' ? [node.left, node.right] : [node.subject, node.pattern];
  if (node.type === 'binary' && !COMPARISONS.has(node.operator)) return false;
  if (!reads(left) || !isSame(left, right)) return false;
  const text = formatExpression(left.syntax);
  findings.report('BT_DSL_SAME_SIDES', node.syntax.range, { text }, { expected: 'another value, or an outer span that has a name' });
  return true;
}

/** `span.before(span)`: no span is before itself. */
export function sameSpan({ first, second, syntax }: SpanOrderTest, findings: Findings): void {
  if (!isSameSpan(first, second)) return;
  findings.report('BT_DSL_SAME_SIDES', syntax.range, { text: 'times' }, { expected: 'another span: an outer one that has a name' });
}

type Reading = Extract<Resolved, { type: 'field' | 'attribute' | 'resource-attribute' }>;

function reads(node: Resolved): node is Reading {
  return node.type === 'field' || node.type === 'attribute' || node.type === 'resource-attribute';
}

function isSame(a: Reading, b: Resolved): boolean {
  if (a.type !== b.type || !isSameSpan(a.span, b.span)) return false;
  if (a.type === 'field') return b.type === 'field' && a.field === b.field;
  return b.type !== 'field' && a.key === b.key;
}

function isSameSpan(a: SpanSource, b: SpanSource): boolean {
  switch (a.type) {
    case 'bound':
      return b.type === 'bound' && a.depth === b.depth;
    case 'parent':
      return b.type === 'parent' && isSameSpan(a.of, b.of);
    case 'nth':
      return b.type === 'nth' && a.index.type === 'literal' && b.index.type === 'literal' && a.index.value === b.index.value;
    default:
      return a.type === b.type;
  }
}
