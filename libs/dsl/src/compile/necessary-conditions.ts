import { type FunctionTest, isSpanFunction, testsOf } from '../interpret/local-test.js';
import { isSpanCondition } from '../interpret/required-reads.js';
import type { SpanFunctionNode } from '../trace/span-functions.js';
import { AGGREGATE_TRAITS } from '../tree/aggregate-traits.js';
import type { Resolved, TracePair } from '../tree/resolved.js';
import { RELATIONS } from '../tree/span-relation.js';
import { NUMBER } from '../values/types.js';

type CanFail = (node: Resolved) => boolean;

/**
 * The conditions (numbers) that some span of a trace must satisfy for a rule over the trace to be true or to fail. Without a charge, no charge comes before
 * anything. A trace without such spans is not judged, and most traces have none.
 */
export function necessaryConditions(
  root: Resolved,
  conditionOf: (test: FunctionTest) => number | undefined,
  spanCanFail: CanFail,
): readonly number[] {
  const failing = new Map<Resolved, boolean>();
  return [...new Set(toBeTrue(root))];

  function toBeTrue(node: Resolved): readonly number[] {
    switch (node.type) {
      case 'logical':
        return node.operator === 'and' ? both(node.left, node.right, toBeTrue) : either(toBeTrue(node.left), toBeTrue(node.right));
      case 'unary':
        return node.operator === 'not' ? toBeFalse(node.operand) : [];
      case 'trace-quantifier':
        return node.quantifier === 'has' ? toFind(node) : [];
      case 'trace-pair':
        return RELATIONS[node.relation].asks === 'some' ? toFind(node) : [];
      case 'trace-aggregate':
        return AGGREGATE_TRAITS[node.aggregate].ofNone === 'nil' ? toFind(node) : [];
      case 'binary':
        return toExceedZero(node);
      default:
        return [];
    }
  }

  function toBeFalse(node: Resolved): readonly number[] {
    switch (node.type) {
      case 'logical':
        return node.operator === 'or' ? both(node.left, node.right, toBeFalse) : either(toBeFalse(node.left), toBeFalse(node.right));
      case 'unary':
        return node.operator === 'not' ? toBeTrue(node.operand) : [];
      case 'trace-pair':
        return toBreak(node);
      default:
        return [];
    }
  }

  /** What must be present for a pair to be false. */
  function toBreak(node: TracePair): readonly number[] {
    const { asks } = RELATIONS[node.relation];
    if (asks === 'some') return [];
    return asks === 'none' ? toFind(node) : toFind(node, 1);
  }

  /** Both operands need it. The needs of the right one count only if the left one cannot fail first. */
  function both(left: Resolved, right: Resolved, side: (node: Resolved) => readonly number[]): readonly number[] {
    return canFailOnTrace(left, spanCanFail, failing) ? side(left) : [...side(left), ...side(right)];
  }

  /** What the first tests of a function must find, if it cannot fail. */
  function toFind(node: SpanFunctionNode, tests = 2): readonly number[] {
    if (canFailOnTrace(node, spanCanFail, failing)) return [];
    return testsOf(node)
      .slice(0, tests)
      .map(conditionOf)
      .filter((condition) => condition !== undefined);
  }

  /** `trace.count(c) > 0`, `3 <= trace.sum(f, c)`: without values they are 0. */
  function toExceedZero({ left, right, operator }: Extract<Resolved, { type: 'binary' }>): readonly number[] {
    const [counted, limit] = right.type === 'literal' ? [left, right] : [right, left];
    if (limit.type !== 'literal' || typeof limit.value !== 'number') return [];
    if (!isSpanFunction(counted) || counted.type === 'trace-pair') return [];
    if (counted.type === 'trace-aggregate' ? AGGREGATE_TRAITS[counted.aggregate].ofNone === 'nil' : counted.quantifier !== 'count')
      return [];
    const excludesZero = {
      '>': counted === left ? limit.value >= 0 : limit.value <= 0,
      '<': counted === left ? limit.value <= 0 : limit.value >= 0,
      '>=': counted === left ? limit.value > 0 : limit.value < 0,
      '<=': counted === left ? limit.value < 0 : limit.value > 0,
      '==': limit.value !== 0,
    };
    return Object.hasOwn(excludesZero, operator) && excludesZero[operator as keyof typeof excludesZero] ? toFind(counted) : [];
  }
}

/** Conditions that both branches need. */
function either(left: readonly number[], right: readonly number[]): readonly number[] {
  return left.filter((condition) => right.includes(condition));
}

/**
 * The evaluation may fail on some span or trace. A failure within a function over spans does not end it. `results`: those of the same `spanCanFail` for other
 * nodes.
 */
export function canFailOnTrace(node: Resolved, spanCanFail: CanFail, results: Map<Resolved, boolean> = new Map()): boolean {
  let fails = results.get(node);
  if (fails === undefined) {
    fails = canFailOf(node, spanCanFail, (part) => canFailOnTrace(part, spanCanFail, results));
    results.set(node, fails);
  }
  return fails;
}

function canFailOf(node: Resolved, spanCanFail: CanFail, canFail: CanFail): boolean {
  if (isSpanCondition(node)) return spanCanFail(node);
  switch (node.type) {
    case 'trace-field':
    case 'trace-depth':
      return false;
    case 'trace-quantifier':
    case 'trace-aggregate':
      return node.over !== undefined;
    case 'trace-pair':
      return [node.within, node.tolerance].some((given) => given !== undefined && !isNumeral(given));
    case 'logical':
      return canFail(node.left) || canFail(node.right);
    case 'unary':
      return node.operator !== 'not' || canFail(node.operand);
    case 'binary': {
      const { left, right, operator } = node;
      if (canFail(left) || canFail(right)) return true;
      if (operator === '==' || operator === '~=') return false;
      return !ORDERINGS.has(operator) || left.types !== NUMBER || right.types !== NUMBER;
    }
    default:
      return true;
  }
}

const ORDERINGS: ReadonlySet<string> = new Set(['<', '<=', '>', '>=']);

function isNumeral(node: Resolved): boolean {
  return node.type === 'literal' && (typeof node.value === 'number' || typeof node.value === 'bigint');
}
