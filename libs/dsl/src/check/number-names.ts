import type { Block, Expression, Name, Statement } from '../syntax.js';
import { blocksOf } from './script-locals.js';

const ARITHMETIC: ReadonlySet<string> = new Set(['+', '-', '*', '/', '//', '%', '^']);

/** The variables of a script that hold a number wherever they get a value: `return n` of one is always true. */
export function numberNames(block: Block): ReadonlySet<string> {
  const numbers = new Set<string>();
  const others = new Set<string>();
  const visit = (statements: Block): void => {
    for (const statement of statements) {
      for (const [name, value] of givenBy(statement)) (value !== undefined && isNumber(value) ? numbers : others).add(name);
      for (const inner of blocksOf(statement)) visit(inner);
    }
  };
  visit(block);
  return new Set([...numbers].filter((name) => !others.has(name)));
}

/** What variables get; undefined: anything. */
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
      return [[statement.name.name, undefined], ...anything(statement.function.parameters)];
    case 'function-statement':
      return [...(statement.target.type === 'name' ? anything([statement.target]) : []), ...anything(statement.function.parameters)];
    default:
      return [];
  }
}

function anything(names: readonly Pick<Name, 'name'>[]): readonly (readonly [string, undefined])[] {
  return names.map(({ name }) => [name, undefined] as const);
}

function isNumber(value: Expression): boolean {
  switch (value.type) {
    case 'number':
    case 'duration':
      return true;
    case 'unary':
      return value.operator === '-' || value.operator === '#';
    case 'binary':
      return ARITHMETIC.has(value.operator);
    case 'parenthesized':
      return isNumber(value.expression);
    default:
      return false;
  }
}
