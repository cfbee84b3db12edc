import type { Resolved } from '../resolved.js';
import { isLocal } from './local-test.js';
import { baseOf, operandsOf, someNode, spansOf } from './walk.js';

/**
 * How the spans that satisfy a condition are found without trying all of them for each outer span. A span satisfies a conjunction
 * exactly when every conjunct is true of it, whatever their order (a conjunct that fails is not true, and evaluation goes on with
 * the next span), so the conjuncts can be taken apart:
 */
export interface JoinPlan {
  /** Those that ask nothing but of the span itself: known since it arrived (local-test.ts), or tested once per trace. */
  readonly local: readonly Resolved[];
  /** Others that ask nothing of outer spans: tested once per trace. */
  readonly own: readonly Resolved[];
  /** One that says that something of this span equals something of outer ones: a look-up. */
  readonly key: { readonly inner: Resolved; readonly outer: Resolved } | undefined;
  /** Those left: tested on what the others found. */
  readonly rest: readonly Resolved[];
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
  const own: Resolved[] = [];
  const rest: Resolved[] = [];
  let key: JoinPlan['key'];
  for (const conjunct of operandsOf(condition, 'and')) {
    if (isLocal(conjunct, depth)) local.push(conjunct);
    else if (!readsOuter(conjunct, depth)) own.push(conjunct);
    else if (key === undefined && (key = equalityKey(conjunct, depth)) !== undefined) continue;
    else rest.push(conjunct);
  }
  return { local, own, key, rest };
}

function equalityKey(node: Resolved, depth: number): JoinPlan['key'] {
  if (node.type !== 'binary' || node.operator !== '==') return undefined;
  for (const [inner, outer] of [
    [node.left, node.right],
    [node.right, node.left],
  ] as const) {
    if (!readsOuter(inner, depth) && readsBound(inner, depth) && !readsBound(outer, depth)) return { inner, outer };
  }
  return undefined;
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

function readsBound(node: Resolved, depth: number): boolean {
  return someNode(node, (part) =>
    spansOf(part).some((span) => {
      const base = baseOf(span);
      return base.type === 'bound' && base.depth === depth;
    }),
  );
}
