import type { Resolved, SpanSource } from '../../../tree/resolved.js';

/** Facts about `trace.root` that hold on every trace: it has no parent and no ancestors. Undefined for other nodes. */
export function knownOfRoot(node: Resolved): boolean | undefined {
  switch (node.type) {
    case 'field':
      return node.field === 'is_root' && isRoot(node.span) ? true : undefined;
    case 'span':
      return isParentOfRoot(node.span) ? false : undefined;
    case 'trace-quantifier':
      return node.quantifier === 'has' && node.over?.axis === 'ancestors' && isRoot(node.over.of) ? false : undefined;
    case 'binary': {
      const [subject, value] = node.left.type === 'literal' ? [node.right, node.left] : [node.left, node.right];
      if (subject.type !== 'field' || subject.field !== 'parent_id' || !isRoot(subject.span) || value.type !== 'literal') return undefined;
      return node.operator === '==' || node.operator === '~=' ? (value.value === '') === (node.operator === '==') : undefined;
    }
    default:
      return undefined;
  }
}

function isRoot({ type }: SpanSource): boolean {
  return type === 'root';
}

function isParentOfRoot(span: SpanSource): boolean {
  return span.type === 'parent' && (isRoot(span.of) || isParentOfRoot(span.of));
}
