import { bindingPower, UNARY_POWER } from '../text/operators.js';
import type { Expression } from '../text/syntax.js';
import { formatNumber } from '../values/lua/lua-number.js';

/**
 * The canonical text of an expression, on one line: `!=`, `not`, double quotes, one space around operators. Parentheses stay, and are added where a tree that
 * was not parsed needs them.
 */
export function formatExpression(expression: Expression): string {
  switch (expression.type) {
    case 'nil':
      return 'nil';
    case 'boolean':
      return String(expression.value);
    case 'number':
      return formatNumeral(expression.value);
    case 'duration':
      return expression.text;
    case 'string':
      return quote(expression.value);
    case 'name':
      return expression.name;
    case 'varargs':
      return '...';
    case 'member':
      return `${formatObject(expression.object)}.${expression.name}`;
    case 'index':
      return `${formatObject(expression.object)}[${formatExpression(expression.key)}]`;
    case 'call':
      return `${formatObject(expression.callee)}(${formatList(expression.args)})`;
    case 'method-call':
      return `${formatObject(expression.object)}:${expression.name}(${formatList(expression.args)})`;
    case 'string-test':
      if (expression.spelling === 'method')
        return `${formatObject(expression.subject)}:${expression.test}(${formatExpression(expression.pattern)})`;
      return formatInfix(expression.test, expression.subject, expression.pattern, bindingPower('=='));
    case 'unary':
      return formatUnary(expression.operator, expression.operand);
    case 'binary':
      return formatInfix(
        expression.operator === '~=' ? '!=' : expression.operator,
        expression.left,
        expression.right,
        bindingPower(expression.operator),
      );
    case 'logical':
      return formatInfix(expression.operator, expression.left, expression.right, bindingPower(expression.operator));
    case 'parenthesized':
      return `(${formatExpression(expression.expression)})`;
    case 'table':
      return `{ ${expression.items.map(({ key, value }) => (key === undefined ? '' : `[${formatExpression(key)}] = `) + formatExpression(value)).join(', ')} }`;
    case 'named-condition':
      return `${expression.name.name} where ${formatExpression(expression.condition)}`;
    case 'function':
      return 'function … end';
  }
}

function formatList(expressions: readonly Expression[]): string {
  return expressions.map(formatExpression).join(', ');
}

/** The expression before `.`, `[`, `(` or `:`. */
function formatObject(object: Expression): string {
  const needsParentheses =
    object.type !== 'name' &&
    object.type !== 'member' &&
    object.type !== 'index' &&
    object.type !== 'call' &&
    object.type !== 'method-call' &&
    object.type !== 'parenthesized' &&
    !(object.type === 'string-test' && object.spelling === 'method');
  const text = formatExpression(object);
  return needsParentheses ? `(${text})` : text;
}

function formatInfix(operator: string, left: Expression, right: Expression, [leftPower, rightPower]: readonly [number, number]): string {
  // The left operand must bind at least as tightly as this operator's right side lets an equal one in, and vice versa.
  const a =
    power(left) < leftPower || (power(left) === leftPower && rightPower < leftPower)
      ? `(${formatExpression(left)})`
      : formatExpression(left);
  const b = power(right) <= rightPower && !isUnary(right) ? `(${formatExpression(right)})` : formatExpression(right);
  return `${a} ${operator} ${b}`;
}

function formatUnary(operator: 'not' | '-' | '#' | '~', operand: Expression): string {
  const text = power(operand) < UNARY_POWER ? `(${formatExpression(operand)})` : formatExpression(operand);
  if (operator === 'not') return `not ${text}`;
  // `--` would begin a comment.
  return operator === '-' && text.startsWith('-') ? `- ${text}` : `${operator}${text}`;
}

function isUnary(expression: Expression): boolean {
  return expression.type === 'unary';
}

/** How tightly an expression binds on its outside. */
function power(expression: Expression): number {
  switch (expression.type) {
    case 'logical':
    case 'binary':
      return bindingPower(expression.operator)[0];
    case 'string-test':
      return expression.spelling === 'infix' ? bindingPower('==')[0] : Number.POSITIVE_INFINITY;
    case 'unary':
      return UNARY_POWER;
    default:
      return Number.POSITIVE_INFINITY;
  }
}

/** A numeral that reads as the same value. Negative ones (hexadecimals that wrapped around) stay hexadecimal. */
function formatNumeral(value: number | bigint): string {
  if (value === Number.POSITIVE_INFINITY) return '1e999';
  if (value < 0) return `0x${BigInt.asUintN(64, BigInt(value)).toString(16)}`;
  return typeof value === 'number' && !Number.isSafeInteger(value) ? doubleNumeral(value) : formatNumber(value);
}

/** All digits of a double, and never an integer's form: `1e+30`, `0.1`, `9007199254740992.0`. */
function doubleNumeral(value: number): string {
  const text = String(value);
  return /^\d+$/.test(text) ? `${text}.0` : text;
}

/** A string literal that reads as the same text. */
export function quote(text: string): string {
  let escaped = '';
  for (const character of text) {
    const code = character.charCodeAt(0);
    const isControl = code < 32 || code === 127;
    escaped += ESCAPES[character] ?? (isControl ? `\\x${code.toString(16).padStart(2, '0')}` : character);
  }
  return `"${escaped}"`;
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '"': '\\"', '\n': '\\n', '\r': '\\r', '\t': '\\t' };
