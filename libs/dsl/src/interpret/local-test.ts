import type { SpanFunctionNode } from '../trace/span-functions.js';
import type { Resolved } from '../tree/resolved.js';
import { operandsOf, someNode, spanOf } from '../tree/walk.js';
import { conjunction } from './candidate.js';

/** A condition by which a function over spans selects its spans, and the depth at which it binds them. */
export interface FunctionTest {
  readonly condition: Resolved;
  readonly depth: number;
}

/** It reads something of the spans that satisfy a condition. */
export function isSpanFunction(node: Resolved): node is SpanFunctionNode {
  return node.type === 'trace-quantifier' || node.type === 'trace-pair' || node.type === 'trace-aggregate';
}

/** The conditions of a function over spans. */
export function testsOf(node: SpanFunctionNode): readonly FunctionTest[] {
  const { depth } = node;
  if (node.type !== 'trace-pair') return node.condition === undefined ? [] : [{ condition: node.condition, depth }];
  return [
    { condition: node.first, depth },
    { condition: node.second, depth: depth + 1 },
  ];
}

/**
 * The part of a test about the tested span alone, as a span condition for arriving spans: the conjuncts that read nothing else. (Their order does not matter:
 * join-plan.ts.) Undefined: there are none.
 */
export function localPart({ condition, depth }: FunctionTest): Resolved | undefined {
  const conjuncts = operandsOf(condition, 'and').filter((conjunct) => isLocal(conjunct, depth));
  return conjunction(conjuncts.map(ofOutermost), condition);
}

/** Reads only columns of the span that is bound at `depth`. */
export function isLocal(node: Resolved, depth: number): boolean {
  return !someNode(node, (part) => {
    if (!COMPUTED.has(part.type)) return true;
    const span = spanOf(part);
    return span !== undefined && !(span.type === 'bound' && span.depth === depth);
  });
}

const COMPUTED: ReadonlySet<Resolved['type']> = new Set([
  'literal',
  'field',
  'attribute',
  'resource-attribute',
  'has-attribute',
  'span',
  'index',
  'string-test',
  'library-call',
  'unary',
  'binary',
  'logical',
] as const);

/** A local condition, applied to the span at depth 1. */
function ofOutermost(node: Resolved): Resolved {
  switch (node.type) {
    case 'field':
    case 'attribute':
    case 'resource-attribute':
    case 'has-attribute':
    case 'span':
      return { ...node, span: { type: 'bound', depth: 1 } };
    case 'index':
      return { ...node, object: ofOutermost(node.object), key: ofOutermost(node.key) };
    case 'string-test':
      return { ...node, subject: ofOutermost(node.subject), pattern: ofOutermost(node.pattern) };
    case 'library-call':
      return { ...node, args: node.args.map(ofOutermost) };
    case 'unary':
      return { ...node, operand: ofOutermost(node.operand) };
    case 'binary':
    case 'logical':
      return { ...node, left: ofOutermost(node.left), right: ofOutermost(node.right) };
    default:
      return node;
  }
}
