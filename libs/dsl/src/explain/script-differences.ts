import { COMPARISONS } from '../contract/explanation-terms.js';
import { unwrapped } from '../sandbox/bridge/script-marks.js';
import type { Expression } from '../text/syntax.js';
import { type ArithmeticOperator, luaArithmetic } from '../values/lua/lua-arithmetic.js';
import { LuaError } from '../values/lua/lua-error.js';
import type { Value } from '../values/value.js';
import { isMoment } from './parts/value-unit.js';

/** Values computed from those that a part of a script read. */
export interface Computed {
  /** The text of the node. */
  readonly of: Expression | readonly [later: Expression, earlier: Expression];
  readonly value: Value;
  /** The value is a length of time. */
  readonly isLength: boolean;
}

/**
 * The values of a comparison's sides: `b.start_time - a.end_time` of `b.start_time - a.end_time > 5s`. Where two moments are compared, their difference,
 * because moments are too long to read.
 */
export function computedSides(part: Expression, readValue: (reading: Expression) => Value): readonly Computed[] {
  if (part.type !== 'binary' || !COMPARISONS.has(part.operator)) return [];
  const sides = [unwrapped(part.left), unwrapped(part.right)] as const;
  const values = sides.map((side) => computed(side, readValue));
  const [left, right] = values;
  if (isMoment(left) && isMoment(right)) {
    const value = luaArithmetic('-', left, right);
    return [{ of: sides, value, isLength: true }];
  }
  return sides.flatMap((side, index): readonly Computed[] => {
    const value = values[index];
    if (side.type !== 'binary' || value === undefined || isMoment(value)) return [];
    const other = sides[1 - index] as Expression;
    return [{ of: side, value, isLength: isDuration(other) || isDuration(side) || ofMoments(side, readValue) }];
  });
}

/** It is written as a duration, or reads one. */
export function isDuration(node: Expression): boolean {
  const inner = unwrapped(node);
  if (inner.type === 'binary') return inner.operator !== '/' && (isDuration(inner.left) || isDuration(inner.right));
  return inner.type === 'duration' || (inner.type === 'member' && inner.name === 'duration');
}

/** `gap` of `gap > 5s`. */
export function isComparedWithDuration(node: Expression, part: Expression): boolean {
  if (part.type !== 'binary' || !COMPARISONS.has(part.operator)) return false;
  const [left, right] = [unwrapped(part.left), unwrapped(part.right)];
  return (left === node && isDuration(right)) || (right === node && isDuration(left));
}

function ofMoments(node: Expression, readValue: (reading: Expression) => Value): boolean {
  return node.type === 'binary' && node.operator === '-' && isMoment(computed(node.left, readValue));
}

/** Undefined where something in it is unknown, or it fails. */
function computed(node: Expression, readValue: (reading: Expression) => Value): Value {
  const inner = unwrapped(node);
  switch (inner.type) {
    case 'number':
      return inner.value;
    case 'duration':
      return inner.nanoseconds;
    case 'binary': {
      if (!ARITHMETIC.has(inner.operator)) return undefined;
      const [a, b] = [computed(inner.left, readValue), computed(inner.right, readValue)];
      return a === undefined || b === undefined ? undefined : arithmetic(inner.operator as ArithmeticOperator, a, b);
    }
    default:
      return readValue(inner);
  }
}

const ARITHMETIC: ReadonlySet<string> = new Set(['+', '-', '*', '/', '//', '%']);

function arithmetic(operator: ArithmeticOperator, a: Value, b: Value): Value {
  try {
    return luaArithmetic(operator, a, b);
  } catch (error) {
    if (error instanceof LuaError) return undefined;
    throw error;
  }
}
