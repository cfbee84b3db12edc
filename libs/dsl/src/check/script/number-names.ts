import type { Block, Expression, Name, Statement } from '../../text/syntax.js';
import { spanArguments } from '../../vocabulary/span-function-call.js';
import { blocksOf } from '../scope/script-locals.js';

const ARITHMETIC: ReadonlySet<string> = new Set(['+', '-', '*', '/', '//', '%', '^']);

const NUMBER_FUNCTIONS: ReadonlySet<string> = new Set(['count', 'sum', 'distinct', 'max_count']);
const NUMBER_FIELDS: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['trace', new Set(['span_count', 'duration', 'depth'])],
  ['span', new Set(['duration', 'start_time', 'end_time'])],
]);

/** The script variables that only ever hold numbers: `return n` of one is always true. */
export function numberNames(values: ReadonlyMap<string, readonly (Expression | undefined)[]>): ReadonlySet<string> {
  const isAll = (given: readonly (Expression | undefined)[]): boolean => given.every((value) => value !== undefined && isNumber(value));
  return new Set([...values].filter(([, given]) => isAll(given)).map(([name]) => name));
}

/** All values assigned to script variables, by name; undefined stands for an unknown value. */
export function valuesOfNames(block: Block): ReadonlyMap<string, readonly (Expression | undefined)[]> {
  const values = new Map<string, (Expression | undefined)[]>();
  const visit = (statements: Block): void => {
    for (const statement of statements) {
      for (const [name, value] of givenBy(statement)) {
        const existing = values.get(name);
        if (existing === undefined) values.set(name, [value]);
        else existing.push(value);
      }
      for (const inner of blocksOf(statement)) visit(inner);
    }
  };
  visit(block);
  return values;
}

/** The variables used as conditions: `if n then`, `not n`. Before `and` it may be a presence test. */
export function* namesAsConditions(condition: Expression): Iterable<Name> {
  switch (condition.type) {
    case 'name':
      return yield condition;
    case 'parenthesized':
      return yield* namesAsConditions(condition.expression);
    case 'unary':
      return condition.operator === 'not' ? yield* namesAsConditions(condition.operand) : undefined;
    case 'logical':
      if (condition.operator === 'or' || condition.left.type !== 'name') yield* namesAsConditions(condition.left);
      return yield* namesAsConditions(condition.right);
  }
}

/** The values that a statement assigns to variables; undefined stands for an unknown value. */
function givenBy(statement: Statement): readonly (readonly [string, Expression | undefined])[] {
  switch (statement.type) {
    case 'local':
      return statement.names.map(({ name }, place) => [name, statement.values[place]]);
    case 'assignment':
      return statement.targets.flatMap((target, place) =>
        target.type === 'name' ? [[target.name, statement.values[place]] as const] : [],
      );
    case 'for':
      return [[statement.variable.name, undefined]];
    case 'for-in':
      return anything(statement.names);
    case 'local-function':
      return [[statement.name.name, statement.function], ...anything(statement.function.parameters)];
    case 'function-statement':
      return [
        ...(statement.target.type === 'name' ? [[statement.target.name, statement.function] as const] : []),
        ...anything(statement.function.parameters),
      ];
    default:
      return [];
  }
}

function anything(names: readonly Pick<Name, 'name'>[]): readonly (readonly [string, undefined])[] {
  return names.map(({ name }) => [name, undefined] as const);
}

export function isNumber(value: Expression): boolean {
  switch (value.type) {
    case 'number':
    case 'duration':
      return true;
    case 'unary':
      return value.operator === '-' || value.operator === '#';
    case 'binary':
      return ARITHMETIC.has(value.operator);
    case 'member':
      return value.object.type === 'name' && NUMBER_FIELDS.get(value.object.name)?.has(value.name) === true;
    case 'call':
      return value.callee.type === 'member' && NUMBER_FUNCTIONS.has(value.callee.name) && spanArguments(value) !== undefined;
    case 'parenthesized':
      return isNumber(value.expression);
    default:
      return false;
  }
}
