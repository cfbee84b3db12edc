import type { Resolved } from '../resolved.js';
import { canonicalKey } from './canonical.js';
import type { Code } from './code.js';
import type { ConditionCompiler } from './condition.js';
import { costOf } from './cost.js';
import { operandsOf } from './walk.js';

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
  /** Still to be tested, in Lua's order. */
  readonly conjuncts: readonly Conjunct[];
}

/**
 * How the conditions are tested, as a forest: what several of them require is tested once (`group`), what is left of one of them
 * is a `leaf`. "Shared sub-conditions are evaluated once" is this tree.
 */
export type Plan =
  | { readonly type: 'leaf'; readonly conjunction: Conjunction }
  | { readonly type: 'group'; readonly conjunct: Conjunct; readonly plans: readonly Plan[] };

export function conjunctionOf(index: number, node: Resolved, compiler: ConditionCompiler): Conjunction {
  const conjuncts = operandsOf(node, 'and').map((operand) => ({
    key: canonicalKey(operand),
    node: operand,
    code: compiler.truth(operand),
    cost: costOf(operand),
  }));
  return cheapFirst({ index, conjuncts });
}

/**
 * The conjuncts that may be tested in any order: those before the first that can fail. (A test moved before one that can fail
 * would hide its error.)
 */
export function movable(conjunction: Conjunction): readonly Conjunct[] {
  const first = conjunction.conjuncts.findIndex((conjunct) => conjunct.code.fallible);
  return first < 0 ? conjunction.conjuncts : conjunction.conjuncts.slice(0, first);
}

/** Puts the cheap tests before the dear ones where the order makes no difference to the outcome. */
function cheapFirst(conjunction: Conjunction): Conjunction {
  const first = movable(conjunction);
  const sorted = first.toSorted((a, b) => a.cost - b.cost);
  return { ...conjunction, conjuncts: [...sorted, ...conjunction.conjuncts.slice(first.length)] };
}

/** Groups by the most frequent shared conjunct of each condition, then again within each group. */
export function plan(conjunctions: readonly Conjunction[]): Plan[] {
  const uses = new Map<string, number>();
  for (const conjunction of conjunctions) {
    for (const { key } of movable(conjunction)) uses.set(key, (uses.get(key) ?? 0) + 1);
  }
  const groups = new Map<string, { conjunct: Conjunct; members: Conjunction[] }>();
  const plans: Plan[] = [];
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
