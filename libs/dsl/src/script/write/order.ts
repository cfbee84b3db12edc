import type { Expression } from '../../text/syntax.js';
import { withoutParentheses } from '../../tree/without-parentheses.js';
import { NeedsSandbox, type Scopes } from './scopes.js';

/**
 * Lua reads a local at its use: in `t[f()]`, `n / f()` and `t[n] = f()` after the call, which may have changed it. JavaScript reads it before.
 * @param read the expressions that JavaScript reads first
 * @param later the expressions that run before Lua reads
 * @throws NeedsSandbox where the order matters
 */
export function refuseOtherOrder(scopes: Scopes, read: readonly Expression[], later: readonly Expression[]): void {
  if (!scopes.changesOutside || !read.some((expression) => withoutParentheses(expression).type === 'name') || !later.some(hasCall)) return;
  throw new NeedsSandbox('a function that changes a variable outside of it, called where that is used');
}

function hasCall(expression: Expression): boolean {
  switch (expression.type) {
    case 'call':
    case 'method-call':
      return true;
    case 'member':
      return hasCall(expression.object);
    case 'index':
      return hasCall(expression.object) || hasCall(expression.key);
    case 'string-test':
      return hasCall(expression.subject) || hasCall(expression.pattern);
    case 'unary':
      return hasCall(expression.operand);
    case 'binary':
    case 'logical':
      return hasCall(expression.left) || hasCall(expression.right);
    case 'parenthesized':
      return hasCall(expression.expression);
    case 'table':
      return expression.items.some(({ key, value }) => hasCall(value) || (key !== undefined && hasCall(key)));
    default:
      return false;
  }
}
