import type { Expression } from '../../text/syntax.js';
import { withoutParentheses } from '../../tree/without-parentheses.js';
import type { BinaryOperator } from '../../values/lua/lua-arithmetic.js';
import type { Scopes, Variable } from './scopes.js';

const NO_ARITHMETIC: ReadonlySet<BinaryOperator> = new Set(['==', '~=', '<', '<=', '>', '>=', '..']);

/** Whether a variable always holds a number, because all values assigned to it are numbers. */
export function isNumeric(variable: Variable, scopes: Scopes): boolean {
  const reached = new Set([variable]);
  for (const { values } of reached) {
    for (const value of values) {
      const given = value === undefined ? undefined : withoutParentheses(value);
      if (given === undefined) return false;
      const source = given.type === 'name' ? scopes.uses.get(given) : undefined;
      if (typeof source === 'object') reached.add(source);
      else if (!isNumber(given, scopes)) return false;
    }
  }
  return true;
}

/** Whether an expression yields a number whenever it does not fail. */
function isNumber(expression: Expression, scopes: Scopes): boolean {
  switch (expression.type) {
    case 'number':
    case 'duration':
      return true;
    case 'unary':
      return expression.operator !== 'not';
    case 'binary':
      return !NO_ARITHMETIC.has(expression.operator);
    case 'call': {
      const { callee } = expression;
      if (callee.type !== 'member' || callee.object.type !== 'name') return false;
      return callee.object.name === 'math' && scopes.uses.get(callee.object) === 'library' && EXTREMES.has(callee.name);
    }
    default:
      return false;
  }
}

const EXTREMES: ReadonlySet<string> = new Set(['max', 'min']);
