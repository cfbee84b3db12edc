import type { Resolved } from '../../../tree/resolved.js';
import { operandsOf } from '../../../tree/walk.js';
import { NUMBER } from '../../../values/types.js';
import { conjunction } from '../../candidate.js';
import { type JoinPlan, joinPlan } from './join-plan.js';

/** One of the ways in which a condition can hold, as a condition with a plan of its own. */
export interface Alternative {
  readonly condition: Resolved;
  readonly plan: JoinPlan;
}

export interface Alternatives {
  readonly ways: readonly Alternative[];
  /** A span found by one of them satisfies the condition: none can fail, which would end the others. */
  readonly areCertain: boolean;
}

const cached = new WeakMap<Resolved, Alternatives | 'none'>();

/**
 * `a and (b or c)` as `a and b`, or `a and c`: where each operand of one `or` can be looked up although all together cannot. The whole condition is then
 * tested on the spans found. Undefined where there is no such `or`.
 */
export function alternativesOf(condition: Resolved, depth: number): Alternatives | undefined {
  let found = cached.get(condition);
  if (found === undefined) cached.set(condition, (found = makeAlternatives(condition, depth) ?? 'none'));
  return found === 'none' ? undefined : found;
}

function makeAlternatives(condition: Resolved, depth: number): Alternatives | undefined {
  const { rest } = joinPlan(condition, depth);
  const conjuncts = operandsOf(condition, 'and');
  for (const either of rest) {
    if (either.type !== 'logical' || either.operator !== 'or') continue;
    const others = conjuncts.filter((conjunct) => conjunct !== either);
    const operands = operandsOf(either, 'or');
    const ways = operands.map((operand) => wayOf([...others, operand], depth, condition));
    if (ways.every(({ plan }) => plan.rest.length < rest.length)) return { ways, areCertain: operands.every(neverFails) };
  }
  return undefined;
}

function wayOf(conjuncts: readonly Resolved[], depth: number, whole: Resolved): Alternative {
  const condition = conjunction(conjuncts, whole) as Resolved;
  return { condition, plan: joinPlan(condition, depth) };
}

const ORDERINGS: ReadonlySet<string> = new Set(['<', '<=', '>', '>=']);

/** Comparisons of times and durations, and equalities. */
function neverFails(node: Resolved): boolean {
  switch (node.type) {
    case 'literal':
    case 'field':
    case 'attribute':
    case 'resource-attribute':
      return true;
    case 'logical':
      return neverFails(node.left) && neverFails(node.right);
    case 'unary':
      return node.operator === 'not' && neverFails(node.operand);
    case 'binary': {
      const isEquality = node.operator === '==' || node.operator === '~=';
      const areNumbers = node.left.types === NUMBER && node.right.types === NUMBER;
      const isKnown = isEquality || (areNumbers && (ORDERINGS.has(node.operator) || node.operator === '+' || node.operator === '-'));
      return isKnown && neverFails(node.left) && neverFails(node.right);
    }
    case 'span-order':
      return node.tolerance === undefined;
    default:
      return false;
  }
}
