import type { Expression } from '../../text/syntax.js';
import { writeCall, writeMethodCall } from './calls.js';
import { writeIndex, writeMember, writeName } from './fields.js';
import { writeBinary, writeLogical, writeUnary } from './operators.js';
import { NeedsSandbox } from './scopes.js';
import { type ScriptCode, truthOf } from './script-code.js';
import type { ScriptWriter } from './script-writer.js';
import { STEPS } from './steps.js';

/** An expression as JavaScript. @throws NeedsSandbox */
export function writeExpression(writer: ScriptWriter, expression: Expression): ScriptCode {
  switch (expression.type) {
    case 'nil':
      return { text: 'undefined', type: 'nil' };
    case 'boolean':
      return { text: String(expression.value), type: 'boolean' };
    case 'number':
      return writeNumber(writer, expression.value);
    case 'duration':
      return writeNumber(writer, expression.nanoseconds);
    case 'string':
      if (!expression.isText) throw new NeedsSandbox('a string that is not a text');
      writer.spend(STEPS.name);
      return { text: writer.constant(expression.value), type: 'string', isConstant: true };
    case 'name':
      return writeName(writer, expression);
    case 'member':
      return writeMember(writer, expression);
    case 'index':
      return writeIndex(writer, expression.object, expression.key);
    case 'call':
      return writeCall(writer, expression);
    case 'method-call':
      return writeMethodCall(writer, expression);
    case 'string-test': {
      writer.spend(STEPS.call);
      const values = [writer.value(expression.subject), writer.value(expression.pattern)];
      if (expression.test === 'matches') values.push(String(expression.pattern.type === 'string'));
      return { text: `${expression.test}(run, ${values.join(', ')})`, type: 'boolean' };
    }
    case 'unary':
      return writeUnary(writer, expression);
    case 'binary':
      return writeBinary(writer, expression);
    case 'logical':
      return writeLogical(writer, expression);
    case 'parenthesized':
      return writeExpression(writer, expression.expression);
    case 'table':
      return writeTable(writer, expression);
    case 'function':
      return writer.function(expression);
    case 'varargs':
    case 'named-condition':
      throw new NeedsSandbox(expression.type === 'varargs' ? 'variable arguments' : 'where');
  }
}

/** JavaScript for the truth of an expression; shorter than computing its value. */
export function writeCondition(writer: ScriptWriter, expression: Expression): string {
  writer.spend(STEPS.logical);
  if (expression.type === 'parenthesized') return writeCondition(writer, expression.expression);
  if (expression.type === 'unary' && expression.operator === 'not') return `!${writeCondition(writer, expression.operand)}`;
  if (expression.type !== 'logical') return truthOf(writeExpression(writer, expression));
  const left = writeCondition(writer, expression.left);
  const right = writeCondition(writer, expression.right);
  return `(${left} ${expression.operator === 'and' ? '&&' : '||'} ${right})`;
}

function writeNumber(writer: ScriptWriter, value: number | bigint): ScriptCode {
  writer.spend(typeof value === 'bigint' ? STEPS.call : STEPS.name);
  return { text: writer.constant(value), type: typeof value === 'bigint' ? 'numeric' : 'number' };
}

/** fengari sets the items of a list from last to first, in groups of 50. */
const MAX_ITEMS = 50;

function writeTable(writer: ScriptWriter, { items }: Extract<Expression, { type: 'table' }>): ScriptCode {
  writer.spend(STEPS.made + STEPS.item * items.length);
  const values: string[] = [];
  const pairs: string[] = [];
  for (const { key, value } of items) {
    if (key === undefined) values.push(writer.value(value));
    else pairs.push(`[${writer.value(key)}, ${writer.value(value)}]`);
  }
  if (values.length > 0 && pairs.length > 0) throw new NeedsSandbox('a table with items and keys');
  if (values.length > MAX_ITEMS) throw new NeedsSandbox(`a list of more than ${MAX_ITEMS} items`);
  if (items.length === 0) return { text: 'new LuaTable()', type: 'own table' };
  return { text: values.length > 0 ? `listOf([${values.join(', ')}])` : `tableOf([${pairs.join(', ')}])`, type: 'own table' };
}
