import type { Block, Expression, Statement } from '../../text/syntax.js';
import { type ArithmeticOperator, luaArithmetic } from '../../values/lua/lua-arithmetic.js';
import { LuaError } from '../../values/lua/lua-error.js';

/** A constant of a script, literal or computed from constants: `5 * 60`, `5 * minute`. */
export interface Constant {
  readonly value: number | bigint | string;
  /** The expression that defines it. */
  readonly expression: Expression;
}

/** The content of a script variable, as far as it is certain. */
export type Holding = 'span' | 'event' | 'link' | 'texts' | 'unknown' | Constant;

/** The variables in scope at a position of a script. */
export type Locals = ReadonlyMap<string, Holding>;

const LISTS: Readonly<Record<string, Holding>> = { spans: 'span', events: 'event', links: 'link' };

/** The contents of the variables of `for _, x in ipairs(list)`. */
export function holdingsOfLoop({ names, iterators }: Extract<Statement, { type: 'for-in' }>, locals: Locals): readonly Holding[] {
  const [iterator, ...more] = iterators;
  const callee = iterator?.type === 'call' ? iterator.callee : undefined;
  const isList = callee?.type === 'name' && ['ipairs', 'pairs'].includes(callee.name) && !locals.has(callee.name);
  const [list] = isList && iterator?.type === 'call' && more.length === 0 ? iterator.args : [];
  const element = list === undefined ? undefined : elementOf(list, locals);
  return names.map((_, index) => (index === 1 && element !== undefined ? element : 'unknown'));
}

function elementOf(list: Expression, locals: Locals): Holding | undefined {
  if (list.type !== 'member') return undefined;
  if (list.name === 'spans') return list.object.type === 'name' && list.object.name === 'trace' ? 'span' : undefined;
  return holdingOf(list.object, locals) === 'span' && Object.hasOwn(LISTS, list.name) ? LISTS[list.name] : undefined;
}

/** The content of an expression: `trace.spans[1]`, `s.parent`, `trace.root`, another variable. */
export function holdingOf(expression: Expression, locals: Locals): Holding {
  switch (expression.type) {
    case 'name':
      return locals.get(expression.name) ?? (expression.name === 'span' ? 'span' : 'unknown');
    case 'table': {
      const isTexts =
        expression.items.length > 0 && expression.items.every(({ key, value }) => key === undefined && value.type === 'string');
      return isTexts ? 'texts' : 'unknown';
    }
    case 'string':
      return expression.isText ? { value: expression.value, expression } : 'unknown';
    case 'number':
      return { value: expression.value, expression };
    case 'duration':
      return { value: expression.nanoseconds, expression };
    case 'parenthesized':
      return holdingOf(expression.expression, locals);
    case 'binary':
      return computed(expression, locals);
    default:
      return 'unknown';
  }
}

const COMPUTED: ReadonlySet<string> = new Set(['+', '-', '*', '/', '//', '%', '^', '..']);

/** The result of an operation on two constants; an error is reported where it is computed. */
function computed(expression: Extract<Expression, { type: 'binary' }>, locals: Locals): Holding {
  const { operator, left, right } = expression;
  if (!COMPUTED.has(operator)) return 'unknown';
  const a = holdingOf(left, locals);
  const b = typeof a === 'object' ? holdingOf(right, locals) : 'unknown';
  if (typeof a !== 'object' || typeof b !== 'object') return 'unknown';
  try {
    const value = luaArithmetic(operator as ArithmeticOperator, a.value, b.value);
    return typeof value === 'number' || typeof value === 'bigint' || typeof value === 'string' ? { value, expression } : 'unknown';
  } catch (error) {
    if (error instanceof LuaError) return 'unknown';
    throw error;
  }
}

/** Names that are assigned somewhere, so that their values change. */
export function assignedNames(block: Block, into = new Set<string>()): ReadonlySet<string> {
  for (const statement of block) {
    if (statement.type === 'assignment') for (const target of statement.targets) if (target.type === 'name') into.add(target.name);
    for (const inner of blocksOf(statement)) assignedNames(inner, into);
  }
  return into;
}

/** The blocks inside a statement. */
export function blocksOf(statement: Statement): readonly Block[] {
  switch (statement.type) {
    case 'local-function':
    case 'function-statement':
      return [statement.function.body];
    case 'do':
    case 'while':
    case 'repeat':
    case 'for':
    case 'for-in':
      return [statement.body];
    case 'if':
      return [...statement.branches.map(({ body }) => body), statement.otherwise ?? []];
    default:
      return [];
  }
}
