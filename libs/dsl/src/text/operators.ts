import type { BinaryOperator } from '../values/lua/lua-arithmetic.js';
import type { StringTestName } from '../values/lua/string-tests.js';
import type { Token } from './token.js';
import type { VocabularyOperators } from './vocabulary-entry.js';

/** A token's operator between operands: `left` and `right` are the binding powers of Lua 5.3 (right-associative if right < left). */
export interface InfixOperator {
  readonly kind: 'logical' | 'binary' | 'string-test';
  readonly operator: 'and' | 'or' | BinaryOperator | StringTestName;
  readonly left: number;
  readonly right: number;
}

/** Unary operators bind tighter than everything but `^`. */
export const UNARY_POWER = 12;

/** The binding power of comparisons. */
export const COMPARISON = 3;

const POWERS: Readonly<Record<BinaryOperator | 'and' | 'or', readonly [number, number]>> = {
  or: [1, 1],
  and: [2, 2],
  '==': [COMPARISON, COMPARISON],
  '~=': [COMPARISON, COMPARISON],
  '<': [COMPARISON, COMPARISON],
  '<=': [COMPARISON, COMPARISON],
  '>': [COMPARISON, COMPARISON],
  '>=': [COMPARISON, COMPARISON],
  '|': [4, 4],
  '~': [5, 5],
  '&': [6, 6],
  '<<': [7, 7],
  '>>': [7, 7],
  '..': [9, 8],
  '+': [10, 10],
  '-': [10, 10],
  '*': [11, 11],
  '/': [11, 11],
  '//': [11, 11],
  '%': [11, 11],
  '^': [14, 13],
};

export const STRING_TESTS: ReadonlySet<string> = new Set<StringTestName>(['contains', 'starts_with', 'ends_with', 'matches']);

/** Both spellings of inequality: `!=` is `~=`. */
const SPELLINGS: ReadonlyMap<string, InfixOperator> = new Map(
  [...Object.keys(POWERS), '!='].map((spelling) => {
    const operator = (spelling === '!=' ? '~=' : spelling) as BinaryOperator | 'and' | 'or';
    const [left, right] = POWERS[operator];
    return [spelling, { kind: operator === 'and' || operator === 'or' ? 'logical' : 'binary', operator, left, right }];
  }),
);

const TESTS: ReadonlyMap<string, InfixOperator> = new Map(
  [...STRING_TESTS].map((test) => [test, { kind: 'string-test', operator: test as StringTestName, left: COMPARISON, right: COMPARISON }]),
);

/** The operator of a token between operands, or undefined. String tests bind as comparisons do. */
export function infixOperator(token: Token): InfixOperator | undefined {
  if (token.kind === 'name') return TESTS.get(token.text);
  return token.kind === 'symbol' || token.kind === 'keyword' ? SPELLINGS.get(token.text) : undefined;
}

/** The operator of a token before an operand, or undefined: `!x` is `not x`. */
export function prefixOperator(token: Token): 'not' | '-' | '#' | '~' | undefined {
  if (token.kind === 'keyword') return token.text === 'not' ? 'not' : undefined;
  if (token.kind !== 'symbol') return undefined;
  if (token.text === '!') return 'not';
  return token.text === '-' || token.text === '#' || token.text === '~' ? token.text : undefined;
}

/** Binding power of an operator, for the formatter: [left, right]. */
export function bindingPower(operator: BinaryOperator | 'and' | 'or'): readonly [number, number] {
  return POWERS[operator];
}

/** For the reference and `GET /v1/dsl`: from the weakest to the strongest. `..` and `^` associate to the right, all others to the left. */
export const OPERATORS: readonly VocabularyOperators[] = [
  { operators: ['or'], takes: 'anything', returns: 'the left operand if it is true, else the right one' },
  { operators: ['and'], takes: 'anything', returns: 'the left operand if it is false, else the right one' },
  {
    operators: ['==', '!=', '~=', '<', '<=', '>', '>=', 'contains', 'starts_with', 'ends_with', 'matches'],
    takes:
      'equality anything (values of different types are not equal), order two numbers or two strings (by their bytes), tests two strings',
    returns: 'boolean',
  },
  { operators: ['|'], takes: 'integers', returns: 'integer of 64 bits' },
  { operators: ['~'], takes: 'integers', returns: 'integer of 64 bits: exclusive or' },
  { operators: ['&'], takes: 'integers', returns: 'integer of 64 bits' },
  { operators: ['<<', '>>'], takes: 'integers', returns: 'integer of 64 bits; no sign is kept' },
  { operators: ['..'], takes: 'strings or numbers', returns: 'string' },
  { operators: ['+', '-'], takes: 'numbers', returns: 'number' },
  { operators: ['*', '/', '//', '%'], takes: 'numbers', returns: 'number; `/` is of doubles, `//` rounds down' },
  {
    operators: ['not', '!', '#', '-', '~'],
    takes: 'before one operand: anything (`not`, `!`), a string or list (`#`), a number, an integer',
    returns: 'boolean, number, number, integer',
  },
  { operators: ['^'], takes: 'numbers', returns: 'double' },
];
