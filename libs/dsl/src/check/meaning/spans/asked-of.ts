import type { Resolved, SpanSource } from '../../../tree/resolved.js';

/**
 * A condition on the span tested at a depth, rewritten for another span. Undefined if that is impossible: it asks further spans, or a span by its
 * index.
 */
export function askedOf(node: Resolved, depth: number, span: SpanSource): Resolved | undefined {
  const replaced = (source: SpanSource): SpanSource | undefined => {
    if (source.type === 'bound') return source.depth === depth ? span : source;
    if (source.type !== 'parent') return source.type === 'nth' ? undefined : source;
    const child = replaced(source.of);
    return child === undefined ? undefined : { type: 'parent', of: child };
  };
  const inner = (part: Resolved): Resolved | undefined => {
    switch (part.type) {
      case 'literal':
        return part;
      case 'field':
      case 'attribute':
      case 'resource-attribute':
      case 'has-attribute':
      case 'span': {
        const source = replaced(part.span);
        return source === undefined ? undefined : { ...part, span: source };
      }
      case 'unary': {
        const operand = inner(part.operand);
        return operand === undefined ? undefined : { ...part, operand };
      }
      case 'binary':
      case 'logical': {
        const left = inner(part.left);
        const right = inner(part.right);
        return left === undefined || right === undefined ? undefined : { ...part, left, right };
      }
      case 'string-test': {
        const subject = inner(part.subject);
        const pattern = inner(part.pattern);
        return subject === undefined || pattern === undefined ? undefined : { ...part, subject, pattern };
      }
      case 'span-order': {
        const [first, second] = [replaced(part.first), replaced(part.second)];
        if (first === undefined || second === undefined) return undefined;
        // With a tolerance it is compared by its text, in which `span` means the tested span.
        return part.tolerance === undefined ? { ...part, first, second } : undefined;
      }
      case 'library-call': {
        const args = part.args.map(inner);
        return args.includes(undefined) ? undefined : { ...part, args: args as Resolved[] };
      }
      default:
        return undefined;
    }
  };
  return inner(node);
}

/** Whether it is true or false on every span. A condition that may fail has no known opposite: a span on which it fails does not match. */
export function neverFails(node: Resolved): boolean {
  switch (node.type) {
    case 'literal':
    case 'attribute':
    case 'resource-attribute':
    case 'has-attribute':
    case 'field':
      return !('span' in node) || node.span.type === 'subject' || node.span.type === 'bound';
    case 'unary':
      return node.operator === 'not' && neverFails(node.operand);
    case 'logical':
      return neverFails(node.left) && neverFails(node.right);
    case 'binary': {
      const sides = [node.left, node.right];
      if (!sides.every(neverFails)) return false;
      if (node.operator === '==' || node.operator === '~=') return true;
      return ['<', '<=', '>', '>='].includes(node.operator) && sides.every(({ type }) => type === 'field' || type === 'literal');
    }
    case 'string-test':
      return node.subject.type === 'field' && neverFails(node.subject) && node.pattern.type === 'literal' && node.test !== 'matches';
    default:
      return false;
  }
}
