import { formatExpression } from '../../../tree/format-expression.js';
import type {
  BinaryNode,
  Relatives,
  Resolved,
  SpanOrderTest,
  SpanSource,
  StringTestNode,
  TraceQuantifier,
} from '../../../tree/resolved.js';
import type { Findings } from '../../scope/scope.js';
import { flatOperands } from './flat-operands.js';
import { comparedWithOuter } from './outer-span.js';

/** By depth, the relation by which the tested span was found. */
type KnownRelatives = ReadonlyMap<number, Relatives> | undefined;

const COMPARISONS: ReadonlySet<string> = new Set(['==', '~=', '<', '<=', '>', '>=']);

/** `span.attributes["id"] == span.attributes["id"]`, the inner span compared with itself. */
export function sameSides(node: BinaryNode | StringTestNode, root: Resolved, findings: Findings): boolean {
  const [left, right] = node.type === 'binary' ? [node.left, node.right] : [node.subject, node.pattern];
  if (node.type === 'binary' && !COMPARISONS.has(node.operator)) return false;
  const reading = readTwice(left, right);
  if (reading === undefined) return false;
  const text = formatExpression(reading.syntax);
  const fix = reads(left) && reads(right) ? comparedWithOuter(root, [left, right], findings) : undefined;
  const extras = { expected: 'another value, or an outer span with a name', suggestion: fix?.text, fix };
  findings.report('BT_DSL_SAME_SIDES', node.syntax.range, { text }, extras);
  return true;
}

/**
 * `span.before(span)`: no span is before itself, or before its own ancestor. `relatives`: by depth, the relation by which the tested span was found.
 */
export function sameSpan({ first, second, syntax }: SpanOrderTest, relatives: KnownRelatives, findings: Findings): void {
  if (descends(first, second, relatives)) {
    const reason = 'no span is before its own ancestor';
    return findings.report('BT_DSL_CONTRADICTION', syntax.range, { value: 'false', reason }, { expected: 'the spans in the other order' });
  }
  if (!isSameSpan(first, second)) return;
  findings.report('BT_DSL_SAME_SIDES', syntax.range, { text: 'times' }, { expected: 'another span: an outer one with a name' });
}

/** `x.descendants.has(a where a.ancestors.all(span.before(x)))`: x is one of the ancestors. */
export function allBefore({ quantifier, over, condition, depth }: TraceQuantifier, relatives: KnownRelatives, findings: Findings): void {
  const relative = over?.axis === 'ancestors' && over.of.type === 'bound' ? relatives?.get(over.of.depth) : undefined;
  if (quantifier !== 'all' || relative === undefined || relative.axis === 'ancestors') return;
  const parts = condition.type === 'logical' && condition.operator === 'and' ? flatOperands(condition) : [condition];
  for (const part of parts) {
    if (part.type !== 'span-order' || part.first.type !== 'bound' || part.first.depth !== depth || !isSameSpan(part.second, relative.of))
      continue;
    const reason = 'the tested spans are above it, so it is one of them itself';
    findings.report('BT_DSL_CONTRADICTION', part.syntax.range, { value: 'false', reason }, { expected: 'a condition that excludes it' });
  }
}

function descends(below: SpanSource, above: SpanSource, relatives: KnownRelatives): boolean {
  if (above.type === 'parent') return isSameSpan(above.of, below) || descends(below, above.of, relatives);
  const ofAbove = above.type === 'bound' ? relatives?.get(above.depth) : undefined;
  if (ofAbove?.axis === 'ancestors' && isSameSpan(ofAbove.of, below)) return true;
  const ofBelow = below.type === 'bound' ? relatives?.get(below.depth) : undefined;
  return ofBelow !== undefined && ofBelow.axis !== 'ancestors' && isSameSpan(ofBelow.of, above);
}

function readTwice(left: Resolved, right: Resolved): Reading | undefined {
  if (reads(left) && isSame(left, right)) return left;
  return isSum(left) || isSum(right) ? cancelled(left, right) : undefined;
}

/** Terms cancel out only in sums and differences. */
function isSum({ type }: Resolved): boolean {
  return type === 'binary' || type === 'unary';
}

/** `span.end_time < span.end_time + 5`: the reading cancels out; one side probably means another span. */
function cancelled(left: Resolved, right: Resolved): Reading | undefined {
  const terms: Term[] = [];
  if (!addTerms(left, 1, terms) || !addTerms(right, -1, terms)) return undefined;
  const isNothing = terms.every((term) => terms.reduce((sum, { of, sign }) => (isSame(term.of, of) ? sum + sign : sum), 0) === 0);
  return isNothing ? terms[0]?.of : undefined;
}

interface Term {
  readonly of: Reading;
  readonly sign: 1 | -1;
}

/** Longer sums are rare, and terms are compared in pairs. */
const MAX_TERMS = 8;

/** Adds the terms of a sum or difference; false for other nodes. */
function addTerms(node: Resolved, sign: 1 | -1, into: Term[]): boolean {
  const opposite = sign === 1 ? -1 : 1;
  if (node.type === 'literal') return typeof node.value === 'number' || typeof node.value === 'bigint';
  if (node.type === 'unary') return node.operator === '-' && addTerms(node.operand, opposite, into);
  if (node.type === 'binary') {
    if (node.operator !== '+' && node.operator !== '-') return false;
    return addTerms(node.left, sign, into) && addTerms(node.right, node.operator === '+' ? sign : opposite, into);
  }
  if (!reads(node) || into.length >= MAX_TERMS) return false;
  into.push({ of: node, sign });
  return true;
}

type Reading = Extract<Resolved, { type: 'field' | 'attribute' | 'resource-attribute' }>;

function reads(node: Resolved): node is Reading {
  return node.type === 'field' || node.type === 'attribute' || node.type === 'resource-attribute';
}

/** Whether both read the same value of the same span. */
export function isSameReading(a: Resolved, b: Resolved): boolean {
  return reads(a) && isSame(a, b);
}

function isSame(a: Reading, b: Resolved): boolean {
  if (a.type !== b.type || !isSameSpan(a.span, b.span)) return false;
  if (a.type === 'field') return b.type === 'field' && a.field === b.field;
  return b.type !== 'field' && a.key === b.key;
}

export function isSameSpan(a: SpanSource, b: SpanSource): boolean {
  switch (a.type) {
    case 'bound':
      return b.type === 'bound' && a.depth === b.depth;
    case 'parent':
      return b.type === 'parent' && isSameSpan(a.of, b.of);
    case 'nth':
      return b.type === 'nth' && a.index.type === 'literal' && b.index.type === 'literal' && a.index.value === b.index.value;
    default:
      return a.type === b.type;
  }
}
