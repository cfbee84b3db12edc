import type { Resolved, SpanSource } from '../resolved.js';

/**
 * A key that two trees share exactly when they ask the same of "the span being tested": the subject of a span rule and the
 * span bound by the outermost trace function are the same question, so both read as `this`.
 */
export function canonicalKey(node: Resolved): string {
  switch (node.type) {
    case 'literal':
      return literalKey(node.value);
    case 'field':
      return `${spanKey(node.span)}.${node.field}`;
    case 'attribute':
      return `${spanKey(node.span)}.attribute[${JSON.stringify(node.key)}]`;
    case 'resource-attribute':
      return `${spanKey(node.span)}.resource[${JSON.stringify(node.key)}]`;
    case 'has-attribute':
      return `has(${spanKey(node.span)}.attribute[${JSON.stringify(node.key)}])`;
    case 'span':
      return spanKey(node.span);
    case 'span-table':
      return `table(${spanKey(node.span)}.${node.table})`;
    case 'trace-field':
      return `trace.${node.field}`;
    case 'trace-services':
      return 'trace.services';
    case 'trace-quantifier':
      return `trace.${node.quantifier}${node.depth}(${canonicalKey(node.condition)})`;
    case 'index':
      return `index(${canonicalKey(node.object)},${canonicalKey(node.key)})`;
    case 'string-test':
      return `${node.test}(${canonicalKey(node.subject)},${canonicalKey(node.pattern)})`;
    case 'library-call':
      return `${node.function}(${node.args.map(canonicalKey).join(',')})`;
    case 'unary':
      return `(${node.operator} ${canonicalKey(node.operand)})`;
    case 'binary':
    case 'logical':
      return `(${canonicalKey(node.left)} ${node.operator} ${canonicalKey(node.right)})`;
  }
}

function literalKey(value: undefined | boolean | number | bigint | string): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (value === undefined) return 'nil';
  return Object.is(value, -0) ? '-0' : `${value}${typeof value === 'bigint' ? 'n' : ''}`;
}

function spanKey(span: SpanSource): string {
  switch (span.type) {
    case 'subject':
      return 'this';
    case 'bound':
      return span.depth === 1 ? 'this' : `this${span.depth}`;
    case 'root':
      return 'root';
    case 'nth':
      return `nth(${canonicalKey(span.index)})`;
  }
}
