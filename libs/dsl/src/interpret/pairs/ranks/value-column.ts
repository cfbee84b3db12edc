import { valueKey } from '../../../trace/aggregate.js';
import { luaArithmetic, luaNegate } from '../../../values/lua/lua-arithmetic.js';
import { isNumber, isString, LUA_COMPARISONS, luaLess } from '../../../values/lua/lua-value.js';
import type { Value } from '../../../values/value.js';
import type { Term, ValueJoin } from '../plan/join-plan.js';
import { Between } from './box-constraint.js';
import type { Region } from './region.js';
import { ALL, type Box, type ColumnConstraint, NONE, SOME } from './span-tree.js';

/** The evaluation failed on a span: no comparison with it is true. */
export const FAILED = Symbol('failed');

type Ordered = number | bigint | string | Uint8Array;

/** The values of outer spans in a comparison, by node. */
export type OuterValues = (term: Extract<Term, { type: 'outer' }>) => Value | typeof FAILED;

/** No span satisfies the comparison. */
export const NEVER = Symbol('never');

/**
 * One value that a comparison reads of each of some spans, as a column of ranks. A comparison that holds for one value holds for all smaller ones, or for all
 * larger ones. A binary search finds where it begins to hold.
 */
export class ValueColumn {
  readonly ranks: Int32Array;
  /** Sorted, without duplicates: numbers, then texts. */
  private readonly values: readonly Ordered[] = [];
  private readonly numbers: number = 0;
  /** For `~=`: the rank of a value. */
  private readonly ids: Map<unknown, number> | undefined;
  /** Sums of its values: exact, or within what doubles hold. */
  private readonly areIntegers: boolean = false;
  private readonly areSmall: boolean = false;

  constructor(
    private readonly join: ValueJoin,
    given: readonly (Value | typeof FAILED)[],
    private readonly index: number,
  ) {
    if (join.operator === '~=') {
      const ids = new Map<unknown, number>();
      let next = 0;
      this.ranks = Int32Array.from(given, (value) => {
        if (value === FAILED) return -1;
        // NaN equals nothing, not even itself.
        if (Number.isNaN(value)) return next++;
        const key = valueKey(value);
        const existing = ids.get(key);
        if (existing !== undefined) return existing;
        ids.set(key, next);
        return next++;
      });
      this.ids = ids;
      return;
    }
    const { values, ranks } = ranked(given);
    this.values = values;
    this.ranks = ranks;
    const texts = values.findIndex((value) => !isNumber(value));
    this.numbers = texts < 0 ? values.length : texts;
    const all = given.every((value) => value === FAILED || isNumber(value));
    this.areIntegers = all && values.every(isInteger);
    this.areSmall = all && values.every(isSmall);
  }

  /** Undefined: an order of values does not decide it. */
  constraint(outer: OuterValues): ColumnConstraint | typeof NEVER | undefined {
    const { join } = this;
    const values = outerValues(join, outer);
    if (values === undefined) return NEVER;
    if (this.ids !== undefined) {
      const [value] = values.values();
      return new Differing(this.index, Number.isNaN(value) ? undefined : this.ids.get(valueKey(value)));
    }
    if (join.isDirect) {
      const [value] = values.values();
      if (isNumber(value)) return Number.isNaN(value) ? NEVER : this.halved(values, 0, this.numbers);
      return isString(value) ? this.halved(values, this.numbers, this.values.length) : NEVER;
    }
    return this.canAdd(values) ? this.halved(values, 0, this.numbers) : undefined;
  }

  /** The comparison holds on a range of ranks that begins or ends with those given. */
  private halved(outer: ReadonlyMap<Term, Value>, from: number, to: number): ColumnConstraint | typeof NEVER {
    const { operator, grows } = this.join;
    if (operator === '==') {
      const least = this.firstWhere('>=', outer, from, to, grows);
      const max = this.firstWhere('>', outer, from, to, grows);
      const [low, high] = grows ? [least, max] : [max, least];
      return low >= high ? NEVER : new Ranked(this.index, low, high - 1);
    }
    const beginsToHold = (operator === '>' || operator === '>=') === grows;
    const at = this.firstWhere(operator, outer, from, to, beginsToHold);
    const [low, high] = beginsToHold ? [at, to] : [from, at];
    return low >= high ? NEVER : new Ranked(this.index, low, high - 1);
  }

  /** The first rank at which the comparison holds (of those that hold from some rank on), or no longer does. */
  private firstWhere(operator: ValueJoin['operator'], outer: ReadonlyMap<Term, Value>, from: number, to: number, holds: boolean): number {
    let low = from;
    let high = to;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.compare(operator, outer, this.values[middle]!) === holds) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  private compare(operator: ValueJoin['operator'], outer: ReadonlyMap<Term, Value>, inner: Value): boolean {
    const left = sideOf(this.join.left, outer, inner);
    const right = sideOf(this.join.right, outer, inner);
    return LUA_COMPARISONS[operator](left, right);
  }

  /** Sums of these values are monotone in the inner one: nothing wraps around, and no double is rounded beside an integer. */
  private canAdd(outer: ReadonlyMap<Term, Value>): boolean {
    const given = [...outer.values()];
    if (this.areSmall && given.every(isSmall)) return true;
    if (!this.areIntegers || !given.every(isInteger)) return false;
    const ends = [this.values[0], this.values[this.numbers - 1]];
    return ends.every(
      (end) => end === undefined || [this.join.left, this.join.right].every((side) => exactOf(side, outer, end) !== undefined),
    );
  }
}

/** Undefined where one fails: then the comparison fails. */
function outerValues({ left, right }: ValueJoin, outer: OuterValues): ReadonlyMap<Term, Value> | undefined {
  const values = new Map<Term, Value>();
  const read = (term: Term): boolean => {
    switch (term.type) {
      case 'inner':
        return true;
      case 'outer': {
        const value = outer(term);
        if (value === FAILED) return false;
        values.set(term, value);
        return true;
      }
      case 'sum':
        return read(term.left) && read(term.right);
      case 'negation':
        return read(term.operand);
    }
  };
  return read(left) && read(right) ? values : undefined;
}

function sideOf(term: Term, outer: ReadonlyMap<Term, Value>, inner: Value): Value {
  switch (term.type) {
    case 'inner':
      return inner;
    case 'outer':
      return outer.get(term);
    case 'sum':
      return luaArithmetic(term.operator, sideOf(term.left, outer, inner), sideOf(term.right, outer, inner));
    case 'negation':
      return luaNegate(sideOf(term.operand, outer, inner));
  }
}

/** Undefined beyond the 64 bits of an integer. */
function exactOf(term: Term, outer: ReadonlyMap<Term, Value>, inner: Value): bigint | undefined {
  switch (term.type) {
    case 'inner':
      return in64Bits(BigInt(inner as number | bigint));
    case 'outer':
      return in64Bits(BigInt(outer.get(term) as number | bigint));
    case 'sum': {
      const left = exactOf(term.left, outer, inner);
      const right = exactOf(term.right, outer, inner);
      if (left === undefined || right === undefined) return undefined;
      return in64Bits(term.operator === '+' ? left + right : left - right);
    }
    case 'negation': {
      const operand = exactOf(term.operand, outer, inner);
      return operand === undefined ? undefined : in64Bits(-operand);
    }
  }
}

function in64Bits(value: bigint): bigint | undefined {
  return BigInt.asIntN(64, value) === value ? value : undefined;
}

function isInteger(value: Value): boolean {
  return typeof value === 'bigint' || Number.isSafeInteger(value);
}

/** Sums of any of them stay within the integers that doubles hold. */
function isSmall(value: Value): boolean {
  return typeof value === 'number' && Math.abs(value) < 2 ** 50;
}

function ranked(given: readonly (Value | typeof FAILED)[]): { readonly values: readonly Ordered[]; readonly ranks: Int32Array } {
  const ordered: { readonly value: Ordered; readonly at: number }[] = [];
  given.forEach((value, at) => {
    if (value !== FAILED && (isString(value) || (isNumber(value) && !Number.isNaN(value)))) ordered.push({ value, at });
  });
  ordered.sort((a, b) => compareValues(a.value, b.value));
  const values: Ordered[] = [];
  const ranks = new Int32Array(given.length).fill(-1);
  for (const { value, at } of ordered) {
    if (values.length === 0 || compareValues(values.at(-1)!, value) !== 0) values.push(value);
    ranks[at] = values.length - 1;
  }
  return { values, ranks };
}

function compareValues(a: Ordered, b: Ordered): number {
  if (isNumber(a)) {
    if (!isNumber(b)) return -1;
    return a < b ? -1 : a > b ? 1 : 0;
  }
  if (isNumber(b)) return 1;
  return luaLess(a, b) ? -1 : luaLess(b, a) ? 1 : 0;
}

const LAST_RANK = 2 ** 31 - 2;

/** The rank is between two; a value without a rank is in no range. */
class Ranked extends Between {
  regions(): readonly Region[] {
    return [{ sign: 1, ranges: [{ column: this.column, from: this.from, to: this.to }] }];
  }
}

/** The value is another one. */
class Differing implements ColumnConstraint {
  constructor(
    private readonly column: number,
    private readonly from: number | undefined,
  ) {}

  ofBox({ lows, highs, at }: Box): typeof NONE | typeof SOME | typeof ALL {
    const low = lows[at + this.column]!;
    const high = highs[at + this.column]!;
    if (high < 0 || (low === high && low === this.from)) return NONE;
    return low >= 0 && (this.from === undefined || this.from < low || this.from > high) ? ALL : SOME;
  }

  ofPoint(columns: readonly Int32Array[], position: number): boolean {
    const rank = columns[this.column]![position]!;
    return rank >= 0 && rank !== this.from;
  }

  regions(): readonly Region[] {
    const { column, from } = this;
    const all: Region = { sign: 1, ranges: [{ column, from: 0, to: LAST_RANK }] };
    return from === undefined ? [all] : [all, { sign: -1, ranges: [{ column, from, to: from }] }];
  }
}
