import type { Resolved, SpanSource } from '../tree/resolved.js';
import { partsOf, spansOf } from '../tree/walk.js';
import { certaintyOf } from './monotone.js';

/**
 * Whether a rule that matches will match on the same span with any further spans. False where that is not certain. All relations between spans are uncertain,
 * even in time: a further span may make two others ancestor and descendant.
 * @param canFail whether an expression can fail on some span or trace
 */
export function isLasting(rule: Resolved, canFail: (node: Resolved) => boolean): boolean {
  return stays(rule, true, canFail);
}

/** A node with this truth value keeps it, and does not fail, when spans are added. */
function stays(node: Resolved, truth: boolean, canFail: (node: Resolved) => boolean): boolean {
  if (isLocal(node)) return true;
  switch (node.type) {
    case 'unary':
      return node.operator === 'not' && stays(node.operand, !truth, canFail);
    case 'logical':
      // If the right side decides, the left side has the other value. When that changes, evaluation may reach a part that fails.
      if ((node.operator === 'or') === truth && !isLocal(node.left) && canFail(node.left)) return false;
      return stays(node.left, truth, canFail) && stays(node.right, truth, canFail);
    case 'trace-quantifier':
      if (node.over !== undefined) return false;
      // `all` is false too where its condition fails: only what never changes is certain.
      if (node.quantifier === 'all') return !truth && isLocal(node.condition);
      return node.quantifier === 'has' && truth && stays(node.condition, true, canFail);
    case 'binary':
      return ORDERS.has(node.operator) && certaintyOf(node)?.[truth ? 'asTrue' : 'asFalse'] === true && countsLast(node, canFail);
    default:
      return false;
  }
}

/** Not `~=`: two different numbers may meet before one passes the other. */
const ORDERS: ReadonlySet<string> = new Set(['<', '<=', '>', '>=']);

/** Counted spans stay counted. */
function countsLast(node: Resolved, canFail: (node: Resolved) => boolean): boolean {
  if (node.type === 'trace-quantifier') return node.over === undefined && stays(node.condition, true, canFail);
  return partsOf(node).every((part) => countsLast(part, canFail));
}

/** Reads only the judged span, the spans that functions test, and constants: no other span matters. */
function isLocal(node: Resolved): boolean {
  switch (node.type) {
    case 'trace-quantifier':
    case 'trace-pair':
    case 'trace-aggregate':
    case 'trace-depth':
    case 'trace-services':
    case 'span-order':
      return false;
    case 'trace-field':
      return node.field === 'id';
    default:
      return spansOf(node).every(isGiven) && partsOf(node).every(isLocal);
  }
}

function isGiven({ type }: SpanSource): boolean {
  return type === 'subject' || type === 'bound';
}
