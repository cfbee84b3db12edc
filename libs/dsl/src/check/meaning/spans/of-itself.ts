import type { BinaryNode, Relatives, Resolved, SpanSource, TraceQuantifier } from '../../../tree/resolved.js';
import { writtenText } from '../../../tree/written-text.js';
import type { Findings } from '../../scope/scope.js';
import type { ConditionResult } from '../implied/apart.js';
import { contradictionOfAll } from '../implied/contradiction.js';
import { orderedAsCount } from '../implied/ordered-as-count.js';
import { isSameReading } from '../implied/same-sides.js';
import { concerns, type Topics } from '../implied/topic.js';
import { mayBeWrittenAlike } from '../implied/written-alike.js';
import { askedOf } from './asked-of.js';
import { asksOthers, isOfOneValue, partsOf, readsSpan, readsTested } from './outcome-parts.js';

/** A span that a function may ask: any of the trace, or a relative of another. */
export interface Askable {
  readonly span: SpanSource;
  readonly over?: Relatives | undefined;
  readonly name?: string | undefined;
}

/** A condition that asks further spans, and the span that it belongs to: the judged one, or the one tested at a depth. */
export interface AskedPart extends ConditionResult {
  readonly depth: number | undefined;
}

/** Whether a known span satisfies a condition of a function over spans; `undefined` if unknown. */
type Satisfied = 'always' | 'with values' | undefined;

/** The function that asks for at least one span: `trace.has(c)`, `trace.count(c) > 0`, `trace.count(c) == 0`; undefined for all others. */
function askedForOne({ node, outcome }: ConditionResult): TraceQuantifier | undefined {
  if (node.type === 'unary' && node.operator === 'not') return askedForOne({ node: node.operand, outcome: !outcome });
  if (node.type === 'trace-quantifier') return node.quantifier === 'has' ? node : undefined;
  const counted = node.type === 'binary' ? orderedAsCount(node) : undefined;
  if (counted?.count.type !== 'trace-quantifier') return undefined;
  const { operator, limit } = counted;
  // `> 1` also requires another span.
  const isOne = limit === 0 ? operator !== '>=' && operator !== '<' : limit === 1 && (operator === '>=' || operator === '<');
  return isOne ? counted.count : undefined;
}

/**
 * `a.name == "load" and trace.has(b where b.name == "load" and b.attributes["tag"] == a.attributes["tag"])`: a itself satisfies the condition that
 * should find another span. Returns the number of compared spans.
 */
export function ofItself(
  part: ConditionResult,
  {
    facts,
    asked: known,
    spans,
    topics,
  }: {
    readonly facts: readonly ConditionResult[];
    readonly asked: readonly AskedPart[];
    readonly spans: readonly Askable[];
    readonly topics: () => Topics;
  },
  findings: Findings,
): number {
  const inner = facts.length === 0 && known.length === 0 && spans.length <= FIRST_SPANS ? undefined : askedForOne(part);
  if (inner === undefined || inner.condition.type === 'literal') return 0;
  const parts = partsOf(inner.condition, true);
  if (!parts.every((own) => isGuard(own.node) || comparesTwoSpans(own) || concerns(own, topics()) || asksOthers(own.node))) return 0;
  const further = parts.filter(({ node }) => asksOthers(node));
  if (further.some((own) => !known.some((fact) => isSaid(fact, own, findings)))) return 0;
  const needsFacts = parts.some(({ node }) => isOfOneValue(node) && readsTested(node, inner.depth));
  let compared = 0;
  for (const askable of spans) {
    if (inner.over !== undefined && !isAmong(inner.over, askable)) continue;
    compared++;
    if (needsFacts && !facts.some(({ node }) => readsSpan(node, askable.span))) continue;
    if (!further.every((own) => known.some((fact) => isOf(fact, askable.span) && isSaid(fact, own, findings)))) continue;
    const satisfied = satisfiedBy(
      further.length === 0 ? parts : parts.filter((own) => !further.includes(own)),
      inner.depth,
      askable.span,
      facts,
      findings,
    );
    if (satisfied === undefined) continue;
    report(part.node, inner, askable, satisfied, findings);
    break;
  }
  return compared;
}

function isSaid(fact: ConditionResult, { node, outcome }: ConditionResult, findings: Findings): boolean {
  return fact.outcome === outcome && isSameText(fact.node, node, findings);
}

function isOf({ depth }: AskedPart, span: SpanSource): boolean {
  return depth === undefined ? span.type === 'subject' : span.type === 'bound' && span.depth === depth;
}

/** The judged span and the root. */
const FIRST_SPANS = 2;

/** Whether `over` includes the span: the relatives of its own parent, or the relation by which it was found. */
function isAmong(over: Relatives, { span, over: own }: Askable): boolean {
  if (over.axis === 'ancestors') return false;
  if (over.of.type === 'parent') return isSpan(over.of.of, span);
  return own !== undefined && own.axis === over.axis && isSpan(own.of, over.of);
}

function isSpan(a: SpanSource, b: SpanSource): boolean {
  return a.type === b.type && (a.type !== 'bound' || b.type !== 'bound' || a.depth === b.depth) && a.type !== 'nth' && a.type !== 'parent';
}

function satisfiedBy(
  parts: readonly ConditionResult[],
  depth: number,
  span: SpanSource,
  facts: readonly ConditionResult[],
  findings: Findings,
): Satisfied {
  let results: readonly ConditionResult[] | undefined;
  let isGuarded = false;
  let comparesItself = false;
  for (const { node, outcome } of parts) {
    // A condition without the tested span, such as `trace.depth > 2`, has one result for both.
    if (!readsTested(node, depth) && facts.some((fact) => isSaid(fact, { node, outcome }, findings))) continue;
    const own = askedOf(node, depth, span);
    if (own === undefined) {
      // A condition that cannot be rewritten for another span (it also reads `trace.id`) may equal a fact as it is.
      if (facts.some((fact) => readsSpan(fact.node, span) && isSaid(fact, { node, outcome }, findings))) continue;
      return undefined;
    }
    if (comparesWithItself(own)) {
      if (!holdsOfItself(own, outcome)) return undefined;
      comparesItself = true;
      continue;
    }
    results ??= facts.filter((fact) => readsSpan(fact.node, span));
    if (isGuard(own) && outcome) {
      isGuarded ||= contradictionOfAll([...results, { node: own, outcome: false }]) === undefined;
      continue;
    }
    // Fast path: nearly all conditions on the other span differ.
    if (results.length === 0) return undefined;
    if (contradictionOfAll([...results, { node: own, outcome: !outcome }]) !== undefined) continue;
    if (!results.some((fact) => fact.outcome === outcome && isSameText(fact.node, node, findings))) return undefined;
  }
  if (isGuarded) return comparesItself ? 'with values' : undefined;
  return 'always';
}

/** Whether equal texts that use only `span` and `attribute` have the same meaning for both spans. */
function isSameText(a: Resolved, b: Resolved, findings: Findings): boolean {
  if (!mayBeWrittenAlike(a, b)) return false;
  const text = writtenText(b.syntax);
  if (writtenText(a.syntax) !== text) return false;
  return [...findings.namedSpans].every((name) => !new RegExp(`\\b${name}\\b`).test(text) || isOwnName(name, text, findings));
}

/** `trace.count(x where …)`: whether the name is unused outside the two conditions. */
function isOwnName(name: string, text: string, { source }: Findings): boolean {
  const named = new RegExp(`\\b${name}\\s+where\\b`, 'g');
  const within = text.match(named)?.length ?? 0;
  return within > 0 && (source.text.match(named)?.length ?? 0) === 2 * within;
}

/** Whether it only tests that a value exists. */
function isGuard(node: Resolved): boolean {
  return node.type === 'attribute' || node.type === 'has-attribute' || node.type === 'resource-attribute';
}

/** `a.k == b.k`, evaluated with a as both spans. */
export function comparesWithItself(node: Resolved): node is BinaryNode {
  return node.type === 'binary' && isSameReading(node.left, node.right);
}

/** `a.k == b.k`: with one span as both, it reads one value. */
export function comparesTwoSpans({ node }: ConditionResult): boolean {
  if (node.type !== 'binary') return false;
  const { left, right } = node;
  if (left.type === 'field') return right.type === 'field' && left.field === right.field;
  return left.type === 'attribute' && right.type === 'attribute' && left.key === right.key;
}

/** The result of comparing a value with itself. */
export function holdsOfItself({ operator }: BinaryNode, outcome: boolean): boolean {
  return (operator === '==' || operator === '<=' || operator === '>=') === outcome;
}

function report(
  node: Resolved,
  quantifier: TraceQuantifier,
  { span, name }: Askable,
  satisfied: 'always' | 'with values',
  findings: Findings,
): void {
  const [argument] = quantifier.syntax.type === 'call' ? quantifier.syntax.args : [];
  const inner = argument?.type === 'named-condition' ? argument.name.name : 'span';
  const outer = span.type === 'root' ? 'trace.root' : span.type === 'bound' ? name : undefined;
  const different = outer === undefined ? undefined : `${inner}.id != ${outer}.id`;
  // Insert at the start, so that other fixes of the condition keep their positions.
  const { start } = quantifier.condition.syntax.range;
  const isWhole = different !== undefined && !isAlternative(quantifier.condition);
  const fix = isWhole ? { range: { start, end: start }, text: `${different} and ` } : undefined;
  const suggestion = different ?? 'trace.has(outer where … span.id != outer.id)';
  const values = {
    of: outer ?? (span.type === 'subject' ? 'the span that is judged' : 'the span around it'),
    where: satisfied === 'always' ? '' : ' where it has the values',
  };
  findings.report('BT_DSL_OF_ITSELF', node.syntax.range, values, { expected: 'another span', suggestion, fix });
}

function isAlternative(condition: Resolved): boolean {
  return condition.type === 'logical' && condition.operator === 'or';
}
