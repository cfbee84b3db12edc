import type { Relatives, Resolved, SpanSource } from './resolved.js';

/** The direct parts of a node, in order of evaluation (the index of `trace.spans[i]` included). */
export function partsOf(node: Resolved): readonly Resolved[] {
  switch (node.type) {
    case 'literal':
    case 'trace-field':
    case 'trace-services':
    case 'trace-depth':
      return [];
    case 'field':
    case 'attribute':
    case 'resource-attribute':
    case 'has-attribute':
    case 'span':
    case 'span-table':
      return indexesOf(node.span);
    case 'trace-quantifier':
      return [...indexesOfRelatives(node.over), node.condition];
    case 'trace-pair':
      return [node.first, node.second, ...given(node.within), ...given(node.tolerance)];
    case 'trace-aggregate':
      return [...indexesOfRelatives(node.over), ...given(node.condition), node.field];
    case 'span-order':
      return [...indexesOf(node.first), ...indexesOf(node.second), ...given(node.tolerance)];
    case 'index':
      return [node.object, node.key];
    case 'string-test':
      return [node.subject, node.pattern];
    case 'library-call':
      return node.args;
    case 'unary':
      return [node.operand];
    case 'binary':
    case 'logical':
      return [node.left, node.right];
  }
}

function given(node: Resolved | undefined): readonly Resolved[] {
  return node === undefined ? [] : [node];
}

/** The index of `trace.spans[i]`, wherever the span comes from it. */
function indexesOf(span: SpanSource): readonly Resolved[] {
  const base = baseOf(span);
  return base.type === 'nth' ? [base.index] : [];
}

function indexesOfRelatives(over: Relatives | undefined): readonly Resolved[] {
  return over === undefined ? [] : indexesOf(over.of);
}

/** The span from which parents are counted. */
export function baseOf(span: SpanSource): Exclude<SpanSource, { type: 'parent' }> {
  return span.type === 'parent' ? baseOf(span.of) : span;
}

/** The spans that the node itself reads. */
export function spansOf(node: Resolved): readonly SpanSource[] {
  if (node.type === 'span-order') return [node.first, node.second];
  if (node.type === 'trace-quantifier' || node.type === 'trace-aggregate') return node.over === undefined ? [] : [node.over.of];
  const span = spanOf(node);
  return span === undefined ? [] : [span];
}

/** The span whose field the node is, if it is one. */
export function spanOf(node: Resolved): SpanSource | undefined {
  switch (node.type) {
    case 'field':
    case 'attribute':
    case 'resource-attribute':
    case 'has-attribute':
    case 'span':
    case 'span-table':
      return node.span;
    default:
      return undefined;
  }
}

/** Whether some node of the tree satisfies the test. */
export function someNode(node: Resolved, test: (node: Resolved) => boolean): boolean {
  return test(node) || partsOf(node).some((part) => someNode(part, test));
}

/** Visits every node, parents first. */
export function eachNode(node: Resolved, visit: (node: Resolved) => void): void {
  visit(node);
  // The common nodes, without making a list of their parts.
  switch (node.type) {
    case 'literal':
      return;
    case 'binary':
    case 'logical':
      eachNode(node.left, visit);
      eachNode(node.right, visit);
      return;
    case 'field':
    case 'attribute':
      if (node.span.type === 'subject' || node.span.type === 'bound') return;
  }
  for (const part of partsOf(node)) eachNode(part, visit);
}

/** The operands of a chain of one logical operator, in order of evaluation: `a and b and c` → a, b, c. */
export function operandsOf(node: Resolved, operator: 'and' | 'or'): readonly Resolved[] {
  if (node.type !== 'logical' || node.operator !== operator) return [node];
  return [...operandsOf(node.left, operator), ...operandsOf(node.right, operator)];
}

/** The part that an expression reads first, in Lua's order: one without operands before it. */
export function firstPart(node: Resolved): Resolved {
  let first = node;
  for (;;) {
    switch (first.type) {
      case 'binary':
      case 'logical':
        first = first.left;
        continue;
      case 'unary':
        first = first.operand;
        continue;
      case 'string-test':
        first = first.subject;
        continue;
      case 'index':
        first = first.object;
        continue;
      case 'library-call': {
        const [argument] = first.args;
        if (argument === undefined) return first;
        first = argument;
        continue;
      }
      default:
        return first;
    }
  }
}
