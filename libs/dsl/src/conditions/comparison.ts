import { type Code, combine, FALSE_CODE, simple } from '../emit/code.js';
import { KIND_CODE, ROUGH_DURATION, STATUS_CODE } from '../emit/declarations.js';
import { numeral, quote } from '../emit/emit.js';
import type { Resolved } from '../tree/resolved.js';
import type { BinaryOperator } from '../values/lua/lua-arithmetic.js';
import { KINDS, STATUSES } from '../vocabulary/vocabulary.js';

type Equality = '==' | '~=';
type Ordering = '<' | '<=' | '>' | '>=';

export function isComparison(operator: BinaryOperator): operator is Equality | Ordering {
  return operator === '==' || operator === '~=' || operator === '<' || operator === '<=' || operator === '>' || operator === '>=';
}

/** A comparison. The common cases have an inline fast path: a field with a literal, an attribute (by its type) with a literal. The others call slow-paths. */
export function compareCode(operator: Equality | Ordering, left: Resolved, right: Resolved, code: (node: Resolved) => Code): Code {
  if (operator === '==') return equality(left, right, code);
  if (operator === '~=') {
    const equal = equality(left, right, code);
    return combine(`!${equal.text}`, 'boolean', [equal]);
  }
  if (left.type === 'literal' && right.type !== 'literal') return ordering(SWAPPED[operator], right, left, code);
  return ordering(operator, left, right, code);
}

const SWAPPED: Readonly<Record<Ordering, Ordering>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' };

function equality(left: Resolved, right: Resolved, code: (node: Resolved) => Code): Code {
  if (left.type === 'literal' && right.type !== 'literal') return equality(right, left, code);
  if (right.type === 'literal') {
    const known = equalsLiteral(left, right.value, code);
    if (known !== undefined) return known;
  }
  const a = code(left);
  const b = code(right);
  if (a.form === 'string' && b.form === 'string') return combine(`(${a.text} === ${b.text})`, 'boolean', [a, b]);
  return combine(`slow.equals(${a.text}, ${b.text})`, 'boolean', [a, b]);
}

function equalsLiteral(
  left: Resolved,
  literal: undefined | boolean | number | bigint | string,
  code: (node: Resolved) => Code,
): Code | undefined {
  if (left.type === 'field') {
    if (left.field === 'kind') return equalsWord(KIND_CODE.id, wordNumber(KINDS, literal), simple(KIND_CODE.id, 'number', [KIND_CODE]));
    if (left.field === 'status')
      return equalsWord(STATUS_CODE.id, wordNumber(STATUSES, literal), simple(STATUS_CODE.id, 'number', [STATUS_CODE]));
    if (left.field === 'duration' && isSafeNumber(literal))
      return combine(`(duration === ${numeral(literal)})`, 'boolean', [roughDuration()]);
  }
  const value = code(left);
  if (literal === undefined) return combine(`(${value.text} === undefined)`, 'boolean', [value]);
  if (typeof literal === 'boolean') return combine(`(${value.text} === ${literal})`, 'boolean', [value]);
  // A double that equals a safe integer is that integer (value.ts), and no bigint equals a safe number.
  if (isSafeNumber(literal)) return combine(`(${value.text} === ${numeral(literal)})`, 'boolean', [value]);
  if (typeof literal !== 'string') return undefined;
  if (value.form === 'string') return combine(`(${value.text} === ${quote(literal)})`, 'boolean', [value]);
  // Bytes equal the string of the same bytes.
  if (!value.simple) return undefined;
  return combine(
    `(${value.text} === ${quote(literal)} || (typeof ${value.text} === 'object' && slow.equals(${value.text}, ${quote(literal)})))`,
    'boolean',
    [value],
  );
}

function equalsWord(id: string, index: number, code: Code): Code {
  return index < 0 ? FALSE_CODE : combine(`(${id} === ${index})`, 'boolean', [code]);
}

function ordering(operator: Ordering, left: Resolved, right: Resolved, code: (node: Resolved) => Code): Code {
  if (right.type === 'literal' && isSafeNumber(right.value)) {
    if (left.type === 'field' && left.field === 'duration')
      return combine(`(duration ${operator} ${numeral(right.value)})`, 'boolean', [roughDuration()]);
    const value = code(left);
    if (value.simple) {
      const id = value.text;
      const literal = numeral(right.value);
      const slow = `${id} === undefined ? !(slow.failed = 1) : ${slowOrdering(operator, id, literal)}`;
      return combine(`(typeof ${id} === 'number' ? ${id} ${operator} ${literal} : ${slow})`, 'boolean', [value], true);
    }
  }
  const a = code(left);
  const b = code(right);
  const certain = a.form === 'string' && b.form === 'string';
  return combine(slowOrdering(operator, a.text, b.text), 'boolean', [a, b], !certain);
}

/** `a > b` is `b < a`. */
function slowOrdering(operator: Ordering, left: string, right: string): string {
  const method = operator === '<' || operator === '>' ? 'less' : 'lessOrEqual';
  return operator === '<' || operator === '<=' ? `slow.${method}(${left}, ${right})` : `slow.${method}(${right}, ${left})`;
}

function roughDuration(): Code {
  return simple(ROUGH_DURATION.id, 'number', [ROUGH_DURATION]);
}

/** The comparison with doubles equals that with the exact value. */
function isSafeNumber(value: undefined | boolean | number | bigint | string): value is number {
  return typeof value === 'number' && Math.abs(value) <= Number.MAX_SAFE_INTEGER;
}

/** The OTLP number of a kind or status: its index in the vocabulary; -1 for anything else. */
function wordNumber(words: readonly string[], literal: unknown): number {
  return typeof literal === 'string' ? words.indexOf(literal) : -1;
}
