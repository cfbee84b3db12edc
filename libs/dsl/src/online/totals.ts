import { type Atom, FAILED, FALSE, type OnlineTrace, TRUE } from '../contract/compiled-rule-set.js';
import { type BinaryNode, isMethod, type Resolved, type TraceQuantifier } from '../tree/resolved.js';
import { callLibrary } from '../values/lua/library.js';
import { luaArithmetic, luaBitwiseNot, luaNegate } from '../values/lua/lua-arithmetic.js';
import { LuaError } from '../values/lua/lua-error.js';
import { isComparison, isTruthy, LUA_COMPARISONS, luaIndex, luaLength } from '../values/lua/lua-value.js';
import { stringTest } from '../values/lua/string-tests.js';
import { NUMBER } from '../values/types.js';
import type { Value } from '../values/value.js';

/** Returns (and registers) the atom of a trace function. */
export interface TotalsOf {
  atomOf(node: TraceQuantifier): Atom;
}

type Ask = (trace: OnlineTrace) => Value;

/** The exact truth of an expression over a trace's totals (required-reads.ts: isTotal), as closures: it runs once per trace, not once per span. */
export function totalTruth(node: Resolved, totals: TotalsOf): (trace: OnlineTrace) => typeof TRUE | typeof FALSE | typeof FAILED {
  const ask = totalValue(node, totals);
  return (trace) => {
    try {
      return isTruthy(ask(trace)) ? TRUE : FALSE;
    } catch (error) {
      if (error instanceof LuaError) return FAILED;
      throw error;
    }
  };
}

/** The value of an expression over a trace's totals. @throws LuaError from the closure, as Lua would */
export function totalValue(node: Resolved, totals: TotalsOf): Ask {
  const ask = (part: Resolved): Ask => totalValue(part, totals);
  switch (node.type) {
    case 'literal':
      return () => node.value;
    case 'trace-field':
      return node.field === 'id' ? (trace) => trace.id : node.field === 'duration' ? (trace) => trace.duration : (trace) => trace.spanCount;
    case 'trace-quantifier': {
      const { slot } = totals.atomOf(node);
      if (node.quantifier === 'count') return (trace) => trace.count(slot);
      return node.quantifier === 'has' ? (trace) => trace.has(slot) : (trace) => !trace.has(slot);
    }
    case 'logical': {
      const left = ask(node.left);
      const right = ask(node.right);
      const goesOn = node.operator === 'and';
      return (trace) => {
        const value = left(trace);
        return isTruthy(value) === goesOn ? right(trace) : value;
      };
    }
    case 'unary': {
      const operand = ask(node.operand);
      const apply = UNARY[node.operator];
      return (trace) => apply(operand(trace));
    }
    case 'binary': {
      const left = ask(node.left);
      const right = ask(node.right);
      const apply = binaryOperation(node);
      return (trace) => apply(left(trace), right(trace));
    }
    case 'string-test': {
      const subject = ask(node.subject);
      const pattern = ask(node.pattern);
      return (trace) => stringTest(node.test, subject(trace), pattern(trace));
    }
    case 'index': {
      const object = ask(node.object);
      const key = ask(node.key);
      return (trace) => luaIndex(object(trace), key(trace));
    }
    case 'library-call': {
      const args = node.args.map(ask);
      const asMethod = isMethod(node);
      return (trace) => {
        const values = args.map((argument) => argument(trace));
        return callLibrary(node.function, values, asMethod);
      };
    }
    default:
      throw new Error(`${node.type} is not a total of a trace`);
  }
}

/** Whether the expression over totals may fail on some trace. Comparisons and sums of numbers never do. */
export function totalCanFail(node: Resolved): boolean {
  switch (node.type) {
    case 'literal':
    case 'trace-field':
    case 'trace-quantifier':
      return false;
    case 'logical':
      return totalCanFail(node.left) || totalCanFail(node.right);
    case 'unary':
      return totalCanFail(node.operand) || (node.operator !== 'not' && (node.operator !== '-' || node.operand.types !== NUMBER));
    case 'binary': {
      const { left, right, operator } = node;
      const isSafe = operator === '==' || operator === '~=' || (left.types === right.types && right.types === NUMBER && SAFE.has(operator));
      return !isSafe || totalCanFail(left) || totalCanFail(right);
    }
    default:
      return true;
  }
}

/** On numbers these never fail; `//` and `%` fail by zero, bit operations on non-integers. */
const SAFE: ReadonlySet<string> = new Set(['<', '<=', '>', '>=', '+', '-', '*', '/', '^']);

const UNARY: Readonly<Record<'not' | '-' | '#' | '~', (operand: Value) => Value>> = {
  not: (operand) => !isTruthy(operand),
  '-': luaNegate,
  '#': luaLength,
  '~': luaBitwiseNot,
};

function binaryOperation(node: BinaryNode): (left: Value, right: Value) => Value {
  const { operator } = node;
  return isComparison(operator) ? LUA_COMPARISONS[operator] : (left, right) => luaArithmetic(operator, left, right);
}
