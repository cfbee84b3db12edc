import { isMethod, type Relatives, type Resolved, type SpanSource } from './resolved.js';

/**
 * A key that two trees share exactly when they have the same meaning for the tested span. The subject of a span rule and the span bound by the outermost trace
 * function both read as `this`.
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
      return `${relativesKey(node.over)}.${node.quantifier}${node.depth}(${canonicalKey(node.condition)})`;
    case 'trace-aggregate':
      return `${relativesKey(node.over)}.${node.aggregate}${node.depth}(${canonicalKey(node.field)},${optionalKey(node.condition)})`;
    case 'trace-pair':
      return (
        `trace.${node.relation}${node.depth}(${canonicalKey(node.first)},${canonicalKey(node.second)},` +
        `${optionalKey(node.within)},${optionalKey(node.tolerance)})`
      );
    case 'trace-depth':
      return 'trace.depth';
    case 'span-order':
      return `before(${spanKey(node.first)},${spanKey(node.second)},${optionalKey(node.tolerance)})`;
    case 'index':
      return `index(${canonicalKey(node.object)},${canonicalKey(node.key)})`;
    case 'string-test':
      return `${node.test}(${canonicalKey(node.subject)},${canonicalKey(node.pattern)})`;
    case 'library-call':
      return `${isMethod(node) ? ':' : ''}${node.function}(${node.args.map(canonicalKey).join(',')})`;
    case 'unary':
      return `(${node.operator} ${canonicalKey(node.operand)})`;
    case 'logical':
      return `(${canonicalKey(node.left)} ${node.unordered === true ? 'unordered ' : ''}${node.operator} ${canonicalKey(node.right)})`;
    case 'binary':
      return `(${canonicalKey(node.left)} ${node.operator} ${canonicalKey(node.right)})`;
  }
}

function relativesKey(over: Relatives | undefined): string {
  return over === undefined ? 'trace' : `${spanKey(over.of)}.${over.axis}`;
}

function optionalKey(node: Resolved | undefined): string {
  return node === undefined ? '' : canonicalKey(node);
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
    case 'parent':
      return `${spanKey(span.of)}.parent`;
    case 'nth':
      return `nth(${canonicalKey(span.index)})`;
  }
}
