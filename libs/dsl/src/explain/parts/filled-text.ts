import { isSpanFunction } from '../../interpret/local-test.js';
import type { Expression } from '../../text/syntax.js';
import { formatExpression } from '../../tree/format-expression.js';
import type { Resolved } from '../../tree/resolved.js';
import { textOf } from '../../tree/text-of.js';
import { baseOf, operandsOf, partsOf, spanOf } from '../../tree/walk.js';
import { clipped } from '../../values/clipped.js';
import { formatDuration } from '../../values/format-duration.js';
import type { Value } from '../../values/value.js';

/** Maximum of code points of a condition within a sentence. */
const MAX_TEXT_LENGTH = 240;
const MAX_VALUE_LENGTH = 80;

/**
 * The text of a condition with the values of outer spans in place of what reads them: `span.name == "audit" and attribute.order.id == "o-17" and not
 * trace.has(…)`. Guards and conditions of inner functions are omitted.
 * @param depth of the span that the condition is about
 * @param readOuter the value that a node reads of an outer span; undefined where it is unknown
 */
export function filledText(
  condition: Resolved,
  depth: number,
  readOuter: (node: Resolved) => { readonly value: Value } | undefined,
): string {
  const replacements = new Map<Expression, Expression>();
  collect(condition, depth, readOuter, replacements);
  const conjuncts = withoutGuards(operandsOf(condition, 'and'));
  const texts = conjuncts.map(({ syntax }) => {
    const text = replacements.size === 0 ? textOf({ syntax }) : formatExpression(filled(syntax, replacements));
    return conjuncts.length > 1 && syntax.type === 'logical' && syntax.operator === 'or' ? `(${text})` : text;
  });
  return clipped(texts.join(' and '), MAX_TEXT_LENGTH);
}

/** Without operands that only test existence where another operand implies it. */
export function withoutGuards(conjuncts: readonly Resolved[]): readonly Resolved[] {
  const guards = conjuncts.filter(isReading);
  if (guards.length === 0 || guards.length === conjuncts.length) return conjuncts;
  const read = new Set<string>();
  for (const conjunct of conjuncts) if (!isReading(conjunct)) collectReadings(conjunct, read);
  return conjuncts.filter((conjunct) => !isReading(conjunct) || !read.has(textOf(conjunct)));
}

function isReading({ type }: Resolved): boolean {
  return type === 'attribute' || type === 'resource-attribute' || type === 'span';
}

function collectReadings(node: Resolved, found: Set<string>): void {
  const span = spanOf(node);
  if (span !== undefined) {
    found.add(textOf(node));
    // `span.parent and span.parent.name == "x"`
    if (node.syntax.type === 'member') found.add(formatExpression(node.syntax.object));
  }
  if (!isSpanFunction(node)) for (const part of partsOf(node)) collectReadings(part, found);
}

function collect(
  node: Resolved,
  depth: number,
  readOuter: (node: Resolved) => { readonly value: Value } | undefined,
  replacements: Map<Expression, Expression>,
): void {
  if (isSpanFunction(node)) {
    const { syntax } = node;
    if (syntax.type === 'call') replacements.set(syntax, { ...syntax, args: [{ type: 'name', name: '…', range: syntax.range }] });
    return;
  }
  if (isOuter(node, depth)) {
    const found = readOuter(node);
    const literal = found && literalOf(found.value, node);
    if (literal !== undefined) replacements.set(node.syntax, literal);
    return;
  }
  for (const part of partsOf(node)) collect(part, depth, readOuter, replacements);
}

function isOuter(node: Resolved, depth: number): boolean {
  const span = spanOf(node);
  if (span === undefined || node.type === 'span' || node.type === 'span-table') return false;
  const base = baseOf(span);
  return base.type === 'subject' || (base.type === 'bound' && base.depth < depth);
}

/** Moments have too many digits to read. */
function literalOf(value: Value, node: Resolved): Expression | undefined {
  const { range } = node.syntax;
  if (node.type === 'field' && (node.field === 'start_time' || node.field === 'end_time')) return undefined;
  if (value === undefined) return { type: 'nil', range };
  if (typeof value === 'boolean') return { type: 'boolean', value, range };
  if (typeof value === 'string') return { type: 'string', value: clipped(value, MAX_VALUE_LENGTH), isText: true, range };
  if (typeof value !== 'number' && typeof value !== 'bigint') return undefined;
  if (node.type === 'field') return { type: 'duration', nanoseconds: value, text: formatDuration(value), range };
  return Number.isNaN(value) || value < 0 ? undefined : { type: 'number', value, range };
}

/** The same tree with some nodes replaced. */
function filled(syntax: Expression, replacements: ReadonlyMap<Expression, Expression>): Expression {
  const other = replacements.get(syntax);
  if (other !== undefined) return other;
  const inner = (expression: Expression): Expression => filled(expression, replacements);
  switch (syntax.type) {
    case 'member':
      return { ...syntax, object: inner(syntax.object) };
    case 'index':
      return { ...syntax, object: inner(syntax.object), key: inner(syntax.key) };
    case 'call':
      return { ...syntax, callee: inner(syntax.callee), args: syntax.args.map(inner) };
    case 'method-call':
      return { ...syntax, object: inner(syntax.object), args: syntax.args.map(inner) };
    case 'string-test':
      return { ...syntax, subject: inner(syntax.subject), pattern: inner(syntax.pattern) };
    case 'unary':
      return { ...syntax, operand: inner(syntax.operand) };
    case 'binary':
    case 'logical':
      return { ...syntax, left: inner(syntax.left), right: inner(syntax.right) };
    case 'parenthesized':
      return { ...syntax, expression: inner(syntax.expression) };
    case 'named-condition':
      return { ...syntax, condition: inner(syntax.condition) };
    default:
      return syntax;
  }
}
