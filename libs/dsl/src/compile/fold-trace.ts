import { interpret } from '../interpret.js';
import type { Resolved, TraceQuantifier } from '../resolved.js';
import type { TraceView } from '../span-view.js';
import { someNode, spanOf } from './walk.js';

/**
 * The rule with its trace's totals and trace functions replaced by their values on one trace: they are the same for each of its
 * spans, and asked once instead of once per span a rule over n spans costs n, not n².
 */
export function foldTrace(node: Resolved, trace: TraceView): Resolved {
  const fold = (part: Resolved): Resolved => foldTrace(part, trace);
  switch (node.type) {
    case 'trace-quantifier':
      return isClosed(node) ? literal({ ...node, condition: fold(node.condition) }, trace) : node;
    case 'trace-field':
      return literal(node, trace);
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

function literal(node: Resolved, trace: TraceView): Resolved {
  return {
    type: 'literal',
    value: interpret(node, { trace }) as number | bigint | boolean | string,
    syntax: node.syntax,
    types: node.types,
  };
}

/** Its condition reads no span that is bound outside of it. */
function isClosed({ condition, depth }: TraceQuantifier): boolean {
  return !someNode(condition, (part) => {
    const span = spanOf(part);
    return span?.type === 'subject' || (span?.type === 'bound' && span.depth < depth);
  });
}
