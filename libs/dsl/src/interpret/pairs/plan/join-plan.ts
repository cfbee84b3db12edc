import type { Resolved, SpanOrderTest, SpanSource } from '../../../tree/resolved.js';
import { baseOf, operandsOf, someNode, spansOf } from '../../../tree/walk.js';
import { isLocal, isSpanFunction } from '../../local-test.js';

/**
 * How the spans that satisfy a condition are found without trying all of them for each outer span. A span satisfies a conjunction exactly when every conjunct
 * is true of it, in any order: a conjunct that fails is not true, and evaluation continues with the next span. So the conjuncts can be taken apart:
 */
export interface JoinPlan {
  /** Conjuncts about the span alone: known since its arrival (local-test.ts), or tested once per trace. */
  readonly local: readonly Resolved[];
  /** Other conjuncts without outer spans: tested at most once per trace, those about further spans last. */
  readonly own: readonly Resolved[];
  /** Equalities of this span with outer ones: a look-up. */
  readonly keys: readonly JoinKey[];
  /** Other comparisons of this span with outer ones: found by order (joined-span-index.ts). */
  readonly sorted: readonly SortedJoin[];
  /** The rest: tested on the spans that the others find. */
  readonly rest: readonly Resolved[];
  /** `sorted` and `rest`, in the order of the text. */
  readonly tests: readonly Resolved[];
}

export interface JoinKey {
  readonly inner: Resolved;
  readonly outer: Resolved;
}

export type SortedJoin = ValueJoin | OrderJoin;

/** `a.x < outer`, `a.x ~= outer`, `outer - a.x < d`: a comparison that reads this span in one place. */
export interface ValueJoin {
  readonly type: 'value';
  readonly conjunct: Resolved;
  readonly operator: '<' | '<=' | '>' | '>=' | '==' | '~=';
  readonly left: Term;
  readonly right: Term;
  readonly inner: Resolved;
  /** The place is a whole side of the comparison: values of any type can be compared. */
  readonly isDirect: boolean;
  /** The left side less the right one grows with the inner value. */
  readonly grows: boolean;
}

/** A side of a comparison, or a part of it. */
export type Term =
  | { readonly type: 'inner' }
  | { readonly type: 'outer'; readonly node: Resolved }
  | { readonly type: 'sum'; readonly operator: '+' | '-'; readonly left: Term; readonly right: Term }
  | { readonly type: 'negation'; readonly operand: Term };

/** `a.before(outer)`, `outer.before(a)`. */
export interface OrderJoin {
  readonly type: 'order';
  readonly conjunct: SpanOrderTest;
  /** This span is the one that is before the other. */
  readonly isFirst: boolean;
  readonly outer: SpanSource;
}

const plans = new WeakMap<Resolved, JoinPlan>();

/** The plan of the condition that finds its span at `depth`. */
export function joinPlan(condition: Resolved, depth: number): JoinPlan {
  let plan = plans.get(condition);
  if (plan === undefined) plans.set(condition, (plan = makePlan(condition, depth)));
  return plan;
}

function makePlan(condition: Resolved, depth: number): JoinPlan {
  const local: Resolved[] = [];
  const [own, asking]: [Resolved[], Resolved[]] = [[], []];
  const rest: Resolved[] = [];
  const tests: Resolved[] = [];
  const keys: JoinKey[] = [];
  const sorted: SortedJoin[] = [];
  for (const conjunct of operandsOf(condition, 'and')) {
    if (isLocal(conjunct, depth)) local.push(conjunct);
    else if (!readsOuter(conjunct, depth)) (someNode(conjunct, isSpanFunction) ? asking : own).push(conjunct);
    else {
      const key = equalityKey(conjunct, depth);
      if (key !== undefined) {
        keys.push(key);
        continue;
      }
      tests.push(conjunct);
      const join = valueJoin(conjunct, depth) ?? orderJoin(conjunct, depth);
      if (join === undefined) rest.push(conjunct);
      else sorted.push(join);
    }
  }
  return { local, own: [...own, ...asking], keys, sorted, rest, tests };
}

function equalityKey(node: Resolved, depth: number): JoinKey | undefined {
  if (node.type !== 'binary' || node.operator !== '==') return undefined;
  for (const [inner, outer] of [
    [node.left, node.right],
    [node.right, node.left],
  ] as const) {
    if (isInner(inner, depth) && !readsBound(outer, depth)) return { inner, outer };
  }
  return undefined;
}

/** More outer values in one comparison could exceed the integers that doubles hold. */
const MAX_OUTER = 4;

function valueJoin(conjunct: Resolved, depth: number): ValueJoin | undefined {
  if (conjunct.type !== 'binary' || !COMPARISONS.has(conjunct.operator)) return undefined;
  const operator = conjunct.operator as ValueJoin['operator'];
  const reader = new TermReader(depth);
  const left = reader.term(conjunct.left, 1);
  const right = reader.term(conjunct.right, -1);
  if (left === undefined || right === undefined || reader.inner === undefined || reader.outers > MAX_OUTER) return undefined;
  const isDirect = left.type === 'inner' || right.type === 'inner';
  const isSides = isDirect && (left.type === 'outer' || right.type === 'outer');
  if (operator === '~=' && !isSides) return undefined;
  return { type: 'value', conjunct, operator, left, right, inner: reader.inner, isDirect: isSides, grows: reader.sign > 0 };
}

const COMPARISONS: ReadonlySet<string> = new Set(['<', '<=', '>', '>=', '==', '~=']);

/** Splits a comparison at the one place where it reads its own span. */
class TermReader {
  inner: Resolved | undefined;
  sign = 0;
  outers = 0;

  constructor(private readonly depth: number) {}

  /** Undefined where there is a second place, or one not reached by sums and differences. */
  term(node: Resolved, sign: number): Term | undefined {
    if (!readsBound(node, this.depth)) {
      this.outers++;
      return { type: 'outer', node };
    }
    if (isInner(node, this.depth)) {
      if (this.inner !== undefined) return undefined;
      this.inner = node;
      this.sign = sign;
      return { type: 'inner' };
    }
    if (node.type === 'unary' && node.operator === '-') {
      const operand = this.term(node.operand, -sign);
      return operand && { type: 'negation', operand };
    }
    if (node.type !== 'binary' || (node.operator !== '+' && node.operator !== '-')) return undefined;
    const { operator } = node;
    const left = this.term(node.left, sign);
    const right = this.term(node.right, operator === '+' ? sign : -sign);
    return left && right && { type: 'sum', operator, left, right };
  }
}

function orderJoin(conjunct: Resolved, depth: number): OrderJoin | undefined {
  if (conjunct.type !== 'span-order') return undefined;
  const { first, second, tolerance } = conjunct;
  if (tolerance !== undefined && readsBound(tolerance, depth)) return undefined;
  if (isBound(first, depth) && !isOf(second, depth)) return { type: 'order', conjunct, isFirst: true, outer: second };
  if (isBound(second, depth) && !isOf(first, depth)) return { type: 'order', conjunct, isFirst: false, outer: first };
  return undefined;
}

/** Reads its own span, and no outer one. */
function isInner(node: Resolved, depth: number): boolean {
  return readsBound(node, depth) && !readsOuter(node, depth);
}

function isBound(span: SpanSource, depth: number): boolean {
  return span.type === 'bound' && span.depth === depth;
}

/** The span that is bound at `depth`, or one that is reached from it. */
export function isOf(span: SpanSource, depth: number): boolean {
  return isBound(baseOf(span), depth);
}

/** Reads the subject span, or one that is bound outside of `depth`. */
export function readsOuter(node: Resolved, depth: number): boolean {
  return someNode(node, (part) =>
    spansOf(part).some((span) => {
      const base = baseOf(span);
      return base.type === 'subject' || (base.type === 'bound' && base.depth < depth);
    }),
  );
}

/** Reads the span that is bound at `depth`. */
export function readsBound(node: Resolved, depth: number): boolean {
  return someNode(node, (part) => spansOf(part).some((span) => isOf(span, depth)));
}
