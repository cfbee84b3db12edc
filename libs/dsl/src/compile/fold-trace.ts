import { StepsExceeded } from '../budget-exceeded.js';
import { LuaError } from '../lua-error.js';
import type { Resolved, TraceAggregate, TracePair, TraceQuantifier } from '../resolved.js';
import type { Value } from '../value.js';
import { readsOuter } from './join-plan.js';

type Evaluate = (node: Resolved) => Value;

/**
 * The rule with its trace's totals and trace functions replaced by their values on one trace, which `evaluate` tells (there is no subject
 * span): they are the same for each of its spans, and asked once instead of once per span a rule over n spans costs n, not n².
 */
export function foldWith(node: Resolved, evaluate: Evaluate): Resolved {
  const fold = (part: Resolved): Resolved => foldWith(part, evaluate);
  switch (node.type) {
    case 'trace-quantifier':
    case 'trace-aggregate':
    case 'trace-pair': {
      const folded = foldConditions(node, fold);
      return readsOuter(node, node.depth) ? folded : literal(folded, evaluate);
    }
    case 'trace-field':
    case 'trace-depth':
      return literal(node, evaluate);
    case 'unary':
      return { ...node, operand: fold(node.operand) };
    case 'binary':
    case 'logical':
      return { ...node, left: fold(node.left), right: fold(node.right) };
    case 'string-test':
      return { ...node, subject: fold(node.subject), pattern: fold(node.pattern) };
    case 'library-call':
      return { ...node, args: node.args.map(fold) };
    case 'index':
      return { ...node, object: fold(node.object), key: fold(node.key) };
    default:
      return node;
  }
}

type SpanFunctionNode = TraceQuantifier | TraceAggregate | TracePair;

function foldConditions(node: SpanFunctionNode, fold: (part: Resolved) => Resolved): SpanFunctionNode {
  switch (node.type) {
    case 'trace-quantifier':
      return { ...node, condition: fold(node.condition) };
    case 'trace-aggregate':
      return { ...node, field: fold(node.field), ...(node.condition && { condition: fold(node.condition) }) };
    case 'trace-pair':
      return { ...node, first: fold(node.first), second: fold(node.second) };
  }
}

/** What fails is left as it is: it fails when (and if) it is reached. */
function literal(node: Resolved, evaluate: Evaluate): Resolved {
  try {
    const value = evaluate(node) as number | bigint | boolean | string;
    return { type: 'literal', value, isFolded: true, syntax: node.syntax, types: node.types };
  } catch (error) {
    if (error instanceof LuaError && !(error instanceof StepsExceeded)) return node;
    throw error;
  }
}
