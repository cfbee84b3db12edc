import { countsValues } from '../tree/aggregate-traits.js';
import { luaArithmetic } from '../values/lua/lua-arithmetic.js';
import { LuaError } from '../values/lua/lua-error.js';
import { isNumber, isString, luaType } from '../values/lua/lua-value.js';
import type { Value } from '../values/value.js';
import type { AggregateName } from '../vocabulary/trace-vocabulary.js';

/**
 * The result of `trace.sum(field, c)` and the other aggregates for the values found (nil is not a value). The order of values does not matter: integers are
 * added exactly, doubles from the smallest to the largest.
 */
export const aggregate = {
  /** 0 for no values. */
  sum(values: readonly Value[]): Value {
    let integers = 0n;
    let safe = 0;
    const doubles: number[] = [];
    for (const value of values as readonly (number | bigint)[]) {
      if (typeof value === 'bigint') integers += value;
      else if (!Number.isSafeInteger(value)) doubles.push(value);
      else if (Number.isSafeInteger(safe + value)) safe += value;
      else integers += BigInt(value);
    }
    const total = normal(BigInt.asIntN(64, integers + BigInt(safe)));
    if (doubles.length === 0) return total;
    return luaArithmetic(
      '+',
      total,
      doubles.sort((a, b) => a - b).reduce((sum, value) => sum + value, 0),
    );
  },

  /** nil for no values. */
  min: (values: readonly Value[]): Value => extreme(values, (a, b) => a < b),

  /** nil for no values. */
  max: (values: readonly Value[]): Value => extreme(values, (a, b) => a > b),

  /** nil for no values. */
  avg(values: readonly Value[]): Value {
    return values.length === 0 ? undefined : aggregate.mean(aggregate.sum(values), values.length);
  },

  /** From the sum of this many values, which is at least one. */
  mean: (sum: Value, count: number): Value => luaArithmetic('/', sum, count),

  /** The number of different values, equal as `==` says. */
  distinct: (values: readonly Value[]): Value => new Set(values.map(valueKey)).size,

  /** The count of the most frequent value; 0 for no values. */
  max_count(values: readonly Value[]): Value {
    const counts = new Map<unknown, number>();
    let max = 0;
    for (const value of values) {
      const key = valueKey(value);
      const count = (counts.get(key) ?? 0) + 1;
      counts.set(key, count);
      max = Math.max(max, count);
    }
    return max;
  },

  /** The value, if the aggregate can take it. @throws LuaError */
  checked(name: AggregateName, value: Value): Value {
    if (countsValues(name)) {
      if (typeof value === 'object' && !isString(value)) throw new LuaError(`attempt to count a ${luaType(value)} value`);
      if (Number.isNaN(value)) throw new LuaError('attempt to count a value that is not a number');
    } else if (!isNumber(value)) throw new LuaError(`attempt to perform arithmetic on a ${luaType(value)} value`);
    else if (Number.isNaN(value)) throw new LuaError('attempt to perform arithmetic on a value that is not a number');
    return value;
  },
} as const satisfies Readonly<Record<AggregateName, (values: readonly Value[]) => Value>> & { checked: unknown; mean: unknown };

/** A key that two values share (in a Map or Set) exactly when `==` calls them equal. NaN equals nothing: it has no key. */
export function valueKey(value: Value): unknown {
  if (typeof value === 'bigint') return normal(value);
  if (typeof value === 'number') return Number.isInteger(value) && !Number.isSafeInteger(value) ? BigInt(value) : value;
  if (!(value instanceof Uint8Array)) return value;
  try {
    return strict.decode(value);
  } catch {
    // No text begins with a lone surrogate, so bytes that are not text equal none.
    return `\ud800${Array.from(value, (byte) => String.fromCharCode(byte)).join('')}`;
  }
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function normal(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function extreme(values: readonly Value[], better: (a: number | bigint, b: number | bigint) => boolean): Value {
  let best: number | bigint | undefined;
  for (const value of values as readonly (number | bigint)[]) {
    // Of an equal integer and double the integer is kept, so that the order of values does not matter.
    if (best === undefined || better(value, best) || (typeof value === 'bigint' && !better(best, value))) best = value;
  }
  return best;
}
