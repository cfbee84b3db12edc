import { LuaError } from '../../../values/lua/lua-error.js';
import type { StringTestName } from '../../../values/lua/string-tests.js';
import { stringTest } from '../../../values/lua/string-tests.js';
import { excludeEachOther, implies, onlyText } from './known-text.js';

/** A constant in a comparison. */
export type Scalar = undefined | boolean | number | bigint | string;

/** A constraint of one condition on one value. */
export type Constraint =
  | { readonly kind: 'one-of'; readonly values: readonly Scalar[] }
  | { readonly kind: 'none-of'; readonly values: readonly Scalar[] }
  | { readonly kind: 'bound'; readonly side: 'low' | 'high'; readonly value: number | bigint; readonly isOpen: boolean }
  | { readonly kind: 'test'; readonly test: StringTestName; readonly pattern: string; readonly outcome: boolean };

/** Tests of one text are compared in pairs; this limit keeps the time linear. */
const MAX_TESTS = 50;

interface Bound {
  readonly value: number | bigint;
  readonly isOpen: boolean;
}

/** The values that satisfy a list of constraints. It never calls a satisfiable list empty; it may miss an empty one. */
export class Domain {
  /** The possible values; undefined for all except the excluded ones. */
  private members: Map<string, Scalar> | undefined;
  private readonly excluded = new Set<string>();
  private low: Bound | undefined;
  private high: Bound | undefined;
  private readonly tests: Extract<Constraint, { kind: 'test' }>[] = [];

  /** @param isWhole the value is a whole number */
  constructor(
    initial: readonly Constraint[],
    private readonly isWhole: boolean,
  ) {
    for (const constraint of initial) this.add(constraint);
  }

  add(constraint: Constraint): void {
    switch (constraint.kind) {
      case 'one-of': {
        const valuesByKey = new Map(constraint.values.map((value) => [keyOf(value), value]));
        this.members = this.members === undefined ? valuesByKey : new Map([...this.members].filter(([key]) => valuesByKey.has(key)));
        break;
      }
      case 'none-of':
        for (const value of constraint.values) this.excluded.add(keyOf(value));
        break;
      case 'bound':
        if (constraint.side === 'low') this.low = tighter(this.low, constraint, (a, b) => a > b);
        else this.high = tighter(this.high, constraint, (a, b) => a < b);
        break;
      case 'test': {
        this.tests.push(constraint);
        const only = constraint.outcome ? onlyText(constraint) : undefined;
        if (only !== undefined) this.add({ kind: 'one-of', values: [only] });
      }
    }
  }

  get isEmpty(): boolean {
    if (this.members !== undefined) return [...this.members.values()].every((value) => !this.allows(value));
    return this.hasNoNumber() || this.testsExclude();
  }

  private allows(value: Scalar): boolean {
    if (this.excluded.has(keyOf(value))) return false;
    if (this.low !== undefined || this.high !== undefined) {
      if (typeof value !== 'number' && typeof value !== 'bigint') return false;
      if (this.low !== undefined && (value < this.low.value || (value === this.low.value && this.low.isOpen))) return false;
      if (this.high !== undefined && (value > this.high.value || (value === this.high.value && this.high.isOpen))) return false;
    }
    if (this.isWhole && (typeof value === 'string' || (typeof value === 'number' && !Number.isInteger(value)))) return false;
    return this.tests.every((test) => typeof value === 'string' && agrees(test, value));
  }

  private hasNoNumber(): boolean {
    const { low, high } = this;
    if (low === undefined || high === undefined) return false;
    if (low.value > high.value) return true;
    if (low.value >= high.value) return low.isOpen || high.isOpen || this.excluded.has(keyOf(low.value));
    if (!this.isWhole) return false;
    const first = low.isOpen ? Math.floor(Number(low.value)) + 1 : Math.ceil(Number(low.value));
    const last = high.isOpen ? Math.ceil(Number(high.value)) - 1 : Math.floor(Number(high.value));
    return first > last;
  }

  private testsExclude(): boolean {
    return this.tests.some((test, index) => this.tests.slice(index + 1, index + 1 + MAX_TESTS).some((other) => excludes(test, other)));
  }
}

function agrees({ test, pattern, outcome }: Extract<Constraint, { kind: 'test' }>, value: string): boolean {
  try {
    return stringTest(test, value, pattern) === outcome;
  } catch (error) {
    // Another check reports an invalid regular expression.
    if (error instanceof LuaError) return true;
    throw error;
  }
}

/** Whether two tests of one text cannot both have these results. */
function excludes(a: Extract<Constraint, { kind: 'test' }>, b: Extract<Constraint, { kind: 'test' }>): boolean {
  if (a.outcome && b.outcome) return excludeEachOther(a, b);
  return a.outcome !== b.outcome && (a.outcome ? implies(a, b) : implies(b, a));
}

function tighter(bound: Bound | undefined, found: Bound, isTighter: (a: number | bigint, b: number | bigint) => boolean): Bound {
  if (bound === undefined || isTighter(found.value, bound.value)) return found;
  return bound.value === found.value && found.isOpen ? found : bound;
}

function keyOf(value: Scalar): string {
  return typeof value === 'string' ? `"${value}` : String(value);
}
