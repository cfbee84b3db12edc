import { containsText } from '../values/contains-text.js';
import { callLibrary, LIBRARY, type LibraryFunctionName } from '../values/lua/library.js';
import { type ArithmeticOperator, luaArithmetic, luaBitwiseNot, luaNegate } from '../values/lua/lua-arithmetic.js';
import { isNumber, isString, isTruthy, luaEquals, luaIndex, luaLength, luaLess, luaLessOrEqual } from '../values/lua/lua-value.js';
import type { StringTestName } from '../values/lua/string-tests.js';
import { patternText, stringTest, subjectText, withPattern } from '../values/lua/string-tests.js';
import { cachedPattern, type Pattern } from '../values/pattern.js';
import { NIL } from '../values/types.js';
import type { Value } from '../values/value.js';

/**
 * What generated code calls when its inline fast path does not apply: Lua's operations with errors as a state. An error sets `failed` and yields nil. The
 * generated code continues, since nothing that it does has an effect, then reads and clears `failed`. A condition that fails on most spans (`attribute.x > 5`
 * where most have no x) therefore costs no exception.
 */
export class SlowPaths {
  failed = 0;
  /** Something failed on a present value of a wrong type, not on a missing one, since this was cleared. */
  unusual = false;

  /** Spans on which a test was postponed, ascending for each condition: a regular expression takes long on their text. */
  readonly putOff: number[] = [];

  /** @param patternSteps the steps of a regular expression on one text beyond which it is postponed */
  constructor(private readonly patternSteps: number) {}

  /** `unordered.ts`: fails unless an operand decides it. */
  and<T extends Value>(left: () => T, right: () => T): T {
    return this.unordered(left, right, true);
  }

  or<T extends Value>(left: () => T, right: () => T): T {
    return this.unordered(left, right, false);
  }

  private unordered<T extends Value>(left: () => T, right: () => T, goesOn: boolean): T {
    const before = this.failed;
    this.failed = 0;
    const first = left();
    const firstFailed = this.failed;
    if (firstFailed === 0 && isTruthy(first) !== goesOn) {
      this.failed = before;
      return first;
    }
    this.failed = 0;
    const second = right();
    const isSettled = this.failed === 0 && isTruthy(second) !== goesOn;
    this.failed = isSettled ? before : before | firstFailed | this.failed;
    return second;
  }

  less(left: Value, right: Value): boolean {
    if ((isNumber(left) && isNumber(right)) || (isString(left) && isString(right))) return luaLess(left, right);
    return this.refuse(left, right);
  }

  lessOrEqual(left: Value, right: Value): boolean {
    if ((isNumber(left) && isNumber(right)) || (isString(left) && isString(right))) return luaLessOrEqual(left, right);
    return this.refuse(left, right);
  }

  equals(left: Value, right: Value): boolean {
    return luaEquals(left, right);
  }

  arithmetic(operator: ArithmeticOperator, left: Value, right: Value): Value {
    if (!(isNumber(left) || isString(left)) || !(isNumber(right) || isString(right))) return this.fail(left, right);
    return this.attempt(() => luaArithmetic(operator, left, right));
  }

  negate(operand: Value): Value {
    return isNumber(operand) || isString(operand) ? this.attempt(() => luaNegate(operand)) : this.fail(operand);
  }

  bitwiseNot(operand: Value): Value {
    return isNumber(operand) || isString(operand) ? this.attempt(() => luaBitwiseNot(operand)) : this.fail(operand);
  }

  length(operand: Value): Value {
    return isString(operand) || typeof operand === 'object' ? luaLength(operand) : this.fail(operand);
  }

  index(object: Value, key: Value): Value {
    return isString(object) || typeof object === 'object' ? luaIndex(object, key) : this.fail(object);
  }

  call(name: LibraryFunctionName, args: readonly Value[], isMethod: boolean): Value {
    if ((LIBRARY[name].takes & NIL) === 0 && args.includes(undefined)) return this.fail(undefined);
    return this.attempt(() => callLibrary(name, args, isMethod));
  }

  test(test: StringTestName, subject: Value, pattern: Value): boolean {
    if (!isString(subject) || !(isString(pattern) || isNumber(pattern))) {
      return this.refuse(subject, pattern);
    }
    return this.attempt(() => stringTest(test, subject, pattern)) === true;
  }

  /** Tests span `i` with a pattern that is read or computed. */
  matches(subject: Value, pattern: Value, i: number): boolean {
    if (!isString(subject) || !(isString(pattern) || isNumber(pattern))) return this.refuse(subject, pattern);
    const tested = this.attempt(() => {
      const text = subjectText(subject);
      return withPattern(() => this.matchesText(cachedPattern(patternText('matches', pattern)), text, i));
    });
    return tested === true;
  }

  /** Tests a text of span `i` with a regular expression. If that takes long and no literal decides it, it is postponed, and fails for now. */
  matchesText(pattern: Pattern, subject: string, i: number): boolean {
    if (pattern.price(subject) <= this.patternSteps) return pattern.test(subject);
    if (this.putOff.at(-1) !== i) this.putOff.push(i);
    this.failed = 1;
    return false;
  }

  contains(subject: string, part: string): boolean {
    return containsText(subject, part);
  }

  private refuse(left: Value, right: Value): false {
    this.fail(left, right);
    return false;
  }

  /** @param operands the operation fails on them */
  private fail(...operands: readonly Value[]): undefined {
    this.failed = 1;
    if (!operands.includes(undefined)) this.unusual = true;
    return undefined;
  }

  private attempt(operation: () => Value): Value {
    try {
      return operation();
    } catch {
      return this.fail();
    }
  }
}
