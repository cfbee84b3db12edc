import type { Resolved, TracePair, TraceQuantifier } from '../../../tree/resolved.js';
import { baseOf, firstPart, someNode, spansOf } from '../../../tree/walk.js';
import { ANY } from '../../../values/types.js';
import type { Findings } from '../../scope/scope.js';

/** `trace.has(a where a.name == "x" and trace.has(b where a.name == "y"))`: no condition reads b. */
export function unasked(node: TraceQuantifier | TracePair, findings: Findings): void {
  if (node.type === 'trace-quantifier') return reportUnasked(node.condition, node.depth, findings);
  reportUnasked(node.first, node.depth, findings);
  reportUnasked(node.second, node.depth + 1, findings);
}

function reportUnasked(condition: Resolved, depth: number, findings: Findings): void {
  // `count(true)` is a count of all spans.
  const isConstant = condition.type === 'literal' && (condition.syntax.type !== 'name' || condition.value !== undefined);
  if (isConstant || isAskedFirst(condition, depth)) return;
  if (someNode(condition, (part) => isUnknown(part) || spansOf(part).some((span) => isOf(baseOf(span), depth)))) return;
  findings.report('BT_DSL_UNASKED', condition.syntax.range, {}, { expected: 'a condition on the span: span.…, attribute.…, or its name' });
}

/** A script's own function may read the span; a variable alone has one value for all spans. */
function isUnknown(part: Resolved): boolean {
  return part.type === 'literal' && part.types === ANY && (part.syntax.type !== 'name' || part.syntax.name === 'span');
}

function isOf(span: ReturnType<typeof baseOf>, depth: number): boolean {
  return span.type === 'bound' && span.depth === depth;
}

/** Fast path: nearly all conditions begin with the span, as `span.name == "x" and …`. */
function isAskedFirst(condition: Resolved, depth: number): boolean {
  const first = firstPart(condition);
  const isRead = first.type === 'field' || first.type === 'attribute' || first.type === 'has-attribute';
  return isRead && first.span.type === 'bound' && first.span.depth === depth;
}
