import { quote } from '../../emit/emit.js';
import type { Expression } from '../../text/syntax.js';
import { refuseOtherOrder } from './order.js';
import type { CodeType, ScriptCode } from './script-code.js';
import type { ScriptWriter } from './script-writer.js';
import { STEPS } from './steps.js';

/** `not x`, `-x`, `~x`, `#x`. */
export function writeUnary(writer: ScriptWriter, { operator, operand }: Extract<Expression, { type: 'unary' }>): ScriptCode {
  switch (operator) {
    case 'not':
      return { text: `!${writer.truth(operand)}`, type: 'boolean' };
    case '-':
      writer.spend(STEPS.arithmetic);
      return { text: `negate(${writer.value(operand)})`, type: 'numeric' };
    case '~':
      writer.spend(STEPS.arithmetic);
      return { text: `bitwiseNot(${writer.value(operand)})`, type: 'numeric' };
    case '#':
      writer.spend(STEPS.comparison);
      return { text: `length(run, ${writer.value(operand)})`, type: 'number' };
  }
}

const FUNCTIONS: Readonly<Record<string, { readonly name: string; readonly type: CodeType; readonly run?: true }>> = {
  '+': { name: 'add', type: 'numeric' },
  '-': { name: 'subtract', type: 'numeric' },
  '*': { name: 'multiply', type: 'numeric' },
  '/': { name: 'divide', type: 'number' },
  '//': { name: 'floorDivide', type: 'numeric' },
  '%': { name: 'modulo', type: 'numeric' },
  '^': { name: 'power', type: 'number' },
  '..': { name: 'concatenate', type: 'string', run: true },
};

/** Comparisons and arithmetic. */
export function writeBinary(writer: ScriptWriter, { operator, left, right }: Extract<Expression, { type: 'binary' }>): ScriptCode {
  switch (operator) {
    case '==':
    case '~=':
      return writeEquality(writer, operator === '==', writer.code(left), writer.code(right));
    case '<':
    case '<=':
    case '>':
    case '>=':
      return writeOrder(writer, operator, writer.code(left), writer.code(right));
  }
  if (operator === '/' || operator === '^') refuseOtherOrder(writer.scopes, [left], [right]);
  writer.spend(STEPS.arithmetic);
  const a = writer.value(left);
  const b = writer.value(right);
  const functionName = FUNCTIONS[operator];
  if (functionName === undefined) return { text: `compute(${quote(operator)}, ${a}, ${b})`, type: 'numeric' };
  return { text: `${functionName.name}(${functionName.run ? 'run, ' : ''}${a}, ${b})`, type: functionName.type };
}

const SIMPLE: ReadonlySet<CodeType> = new Set(['nil', 'boolean']);

function writeEquality(writer: ScriptWriter, isEqual: boolean, left: ScriptCode, right: ScriptCode): ScriptCode {
  writer.spend(STEPS.comparison);
  const a = left.type;
  const b = right.type;
  // A constant text bounds the cost.
  const isExact = SIMPLE.has(a) || SIMPLE.has(b) || (a === 'number' && b === 'number') || isText(left) || isText(right);
  // JavaScript compares bigints with numbers exactly.
  if (!isExact && isNumeric(a) && isNumeric(b)) return { text: `(${left.text} ${isEqual ? '==' : '!='} ${right.text})`, type: 'boolean' };
  if (isExact) return { text: `(${left.text} ${isEqual ? '===' : '!=='} ${right.text})`, type: 'boolean' };
  return { text: `${isEqual ? '' : '!'}equal(run, ${left.text}, ${right.text})`, type: 'boolean' };
}

function isNumeric(type: CodeType): boolean {
  return type === 'number' || type === 'numeric';
}

function isText({ type, isConstant }: ScriptCode): boolean {
  return type === 'string' && isConstant === true;
}

function writeOrder(writer: ScriptWriter, operator: '<' | '<=' | '>' | '>=', left: ScriptCode, right: ScriptCode): ScriptCode {
  writer.spend(STEPS.comparison);
  if (isNumeric(left.type) && isNumeric(right.type)) return { text: `(${left.text} ${operator} ${right.text})`, type: 'boolean' };
  const name = operator.length === 1 ? 'less' : 'lessOrEqual';
  if (operator.startsWith('<')) return { text: `${name}(run, ${left.text}, ${right.text})`, type: 'boolean' };
  // `a > b` is `b < a`, but a is evaluated first.
  const temporary = writer.temporary();
  return { text: `(${temporary} = ${left.text}, ${name}(run, ${right.text}, ${temporary}))`, type: 'boolean' };
}

/** `a and b`, `a or b`: one of the operands. */
export function writeLogical(writer: ScriptWriter, { operator, left, right }: Extract<Expression, { type: 'logical' }>): ScriptCode {
  writer.spend(STEPS.logical);
  const first = writer.code(left);
  const second = writer.code(right);
  if (first.type === 'boolean' && second.type === 'boolean') {
    return { text: `(${first.text} ${operator === 'and' ? '&&' : '||'} ${second.text})`, type: 'boolean' };
  }
  const temporary = writer.temporary();
  const holds = `truthy(${temporary} = ${first.text})`;
  const text = operator === 'and' ? `(${holds} ? ${second.text} : ${temporary})` : `(${holds} ? ${temporary} : ${second.text})`;
  return { text, type: first.type === second.type ? first.type : 'any' };
}
