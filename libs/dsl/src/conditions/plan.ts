import type { Code } from '../emit/code.js';
import { conjunction } from '../interpret/candidate.js';
import { canonicalKey } from '../tree/canonical.js';
import type { Resolved } from '../tree/resolved.js';
import { operandsOf } from '../tree/walk.js';
import { type Bound, boundOf } from './bound.js';
import type { ConditionCompiler } from './condition-compiler.js';
import { costOf } from './cost.js';

/** One operand of a condition's outermost `and`. */
export interface Conjunct {
  readonly key: string;
  readonly node: Resolved;
  readonly code: Code;
  /** cost.ts */
  readonly cost: number;
}

/** A condition as a conjunction. */
export interface Conjunction {
  /** Its bit. */
  readonly index: number;
  /** The remaining tests, in Lua's order. */
  readonly conjuncts: readonly Conjunct[];
}

/**
 * How the conditions are tested, as a forest. A `group` tests once what several conditions require, and a `leaf` is the rest of one condition. A `ladder` looks
 * up conditions that each bound the same column by a number. This tree is what "shared sub-conditions are evaluated once" means.
 */
export type Plan = LeafPlan | GroupPlan | LadderPlan;

interface LeafPlan {
  readonly type: 'leaf';
  readonly conjunction: Conjunction;
}

interface GroupPlan {
  readonly type: 'group';
  readonly conjunct: Conjunct;
  readonly plans: readonly Plan[];
}

export interface LadderPlan {
  readonly type: 'ladder';
  readonly column: Resolved;
  readonly isAbove: boolean;
  readonly rungs: readonly { readonly bound: Bound; readonly plan: LeafPlan | GroupPlan }[];
}

/** Tested one by one, 32 durations cost 14 ns per span and 1,000 cost 440; on a ladder 19 and 35 (bench/cases/rules.ts). */
const MINIMUM_RUNGS = 40;

export function conjunctionOf(index: number, node: Resolved, compiler: ConditionCompiler): Conjunction {
  const conjuncts = operandsOf(node, 'and').map((operand) => conjunctOf(operand, compiler));
  const isUnordered = node.type === 'logical' && node.unordered === true;
  return cheapFirst({ index, conjuncts: isUnordered ? failingLast(node, conjuncts, compiler) : conjuncts });
}

function conjunctOf(node: Resolved, compiler: ConditionCompiler): Conjunct {
  return { key: canonicalKey(node), node, code: compiler.truth(node), cost: costOf(node) };
}

/** Conditions that can fail come last, together: each may decide the answer where another fails. */
function failingLast(node: Resolved, conjuncts: readonly Conjunct[], compiler: ConditionCompiler): readonly Conjunct[] {
  const certain = conjuncts.filter(({ code }) => !code.fallible);
  const failing = conjuncts.filter(({ code }) => code.fallible);
  if (failing.length < 2) return [...certain, ...failing];
  const together = conjunction(
    failing.map((one) => one.node),
    node,
  );
  return [...certain, conjunctOf(together as Resolved, compiler)];
}

/** The conjuncts that may be tested in any order: those before the first that can fail. (A test moved before that one would hide its error.) */
export function movable(conjunction: Conjunction): readonly Conjunct[] {
  const first = conjunction.conjuncts.findIndex((conjunct) => conjunct.code.fallible);
  return first < 0 ? conjunction.conjuncts : conjunction.conjuncts.slice(0, first);
}

/** Orders cheap tests before expensive ones where the order does not change the outcome. */
function cheapFirst(conjunction: Conjunction): Conjunction {
  const first = movable(conjunction);
  const sorted = first.toSorted((a, b) => a.cost - b.cost);
  return { ...conjunction, conjuncts: [...sorted, ...conjunction.conjuncts.slice(first.length)] };
}

/** Groups conditions by the shared conjunct that is most frequent, recursively; many bounds on one value become a ladder. */
export function plan(conjunctions: readonly Conjunction[]): Plan[] {
  return withLadders(grouped(conjunctions));
}

function grouped(conjunctions: readonly Conjunction[]): (LeafPlan | GroupPlan)[] {
  const uses = new Map<string, number>();
  for (const conjunction of conjunctions) {
    for (const { key } of movable(conjunction)) uses.set(key, (uses.get(key) ?? 0) + 1);
  }
  const groups = new Map<string, { conjunct: Conjunct; members: Conjunction[] }>();
  const plans: (LeafPlan | GroupPlan)[] = [];
  for (const conjunction of conjunctions) {
    const shared = mostUsed(movable(conjunction), uses);
    if (shared === undefined) {
      plans.push({ type: 'leaf', conjunction });
      continue;
    }
    const group = groups.get(shared.key) ?? { conjunct: shared, members: [] };
    groups.set(shared.key, group);
    group.members.push({ index: conjunction.index, conjuncts: conjunction.conjuncts.filter(({ key }) => key !== shared.key) });
  }
  for (const { conjunct, members } of groups.values()) {
    plans.push({ type: 'group', conjunct, plans: plan(members) });
  }
  return plans;
}

function mostUsed(conjuncts: readonly Conjunct[], uses: ReadonlyMap<string, number>): Conjunct | undefined {
  let best: Conjunct | undefined;
  let count = 1;
  for (const conjunct of conjuncts) {
    const used = uses.get(conjunct.key) ?? 0;
    if (used > count) [best, count] = [conjunct, used];
  }
  return best;
}

function withLadders(plans: readonly (LeafPlan | GroupPlan)[]): Plan[] {
  const bounds = plans.map(boundsOf);
  const uses = countBy(bounds.flat());
  const chosen = bounds.map((some) => some.toSorted((a, b) => uses.get(b.ladder)! - uses.get(a.ladder)!)[0]);
  const rungs = countBy(chosen.filter((bound) => bound !== undefined));
  const ladders = new Map<string, LadderPlan['rungs'][number][]>();
  const rest: Plan[] = [];
  plans.forEach((plan, position) => {
    const bound = chosen[position];
    if (bound === undefined || rungs.get(bound.ladder)! < MINIMUM_RUNGS) rest.push(plan);
    else append(ladders, bound.ladder, { bound, plan });
  });
  for (const some of ladders.values())
    rest.push({ type: 'ladder', column: some[0]!.bound.column, isAbove: some[0]!.bound.isAbove, rungs: some });
  return rest;
}

function append<T>(lists: Map<string, T[]>, key: string, item: T): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [item]);
  else list.push(item);
}

function countBy(bounds: readonly Bound[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { ladder } of bounds) counts.set(ladder, (counts.get(ladder) ?? 0) + 1);
  return counts;
}

/** The bounds that every condition of the plan requires: if one is not met, a condition can fail only in that bound. */
function boundsOf(plan: LeafPlan | GroupPlan): readonly Bound[] {
  const required = plan.type === 'group' ? [plan.conjunct] : plan.conjunction.conjuncts.slice(0, movable(plan.conjunction).length + 1);
  return required.map(({ node }) => boundOf(node)).filter((bound) => bound !== undefined);
}
