import { numeral, quote } from '../../compile/emit.js';
import type { Expression, Name } from '../../syntax.js';
import { FIELD_TYPES } from '../../vocabulary.js';
import { attributePath, isAttributeMap, LIMITS } from '../lua-text.js';
import { writeCall, writeMethodCall } from './calls.js';
import { type Code, type CodeType, truthOf, variableName } from './code.js';
import { Unsupported } from './scopes.js';
import type { ScriptWriter } from './script-writer.js';
import { STEPS } from './steps.js';

/** An expression as JavaScript. @throws Unsupported */
export function writeExpression(writer: ScriptWriter, expression: Expression): Code {
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
      if (!expression.isText) throw new Unsupported('a string that is no text');
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
      const [subject, pattern] = [writer.value(expression.subject), writer.value(expression.pattern)];
      return {
        text: `test(run, ${quote(expression.test)}, ${subject}, ${pattern}, ${expression.pattern.type === 'string'})`,
        type: 'boolean',
      };
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
      throw new Unsupported(expression.type === 'varargs' ? 'variable arguments' : 'where');
  }
}

/** Whether an expression is true: without a value of its own where only that matters. */
export function writeCondition(writer: ScriptWriter, expression: Expression): string {
  writer.spend(STEPS.logical);
  if (expression.type === 'parenthesized') return writeCondition(writer, expression.expression);
  if (expression.type === 'unary' && expression.operator === 'not') return `!${writeCondition(writer, expression.operand)}`;
  if (expression.type !== 'logical') return truthOf(writeExpression(writer, expression));
  const [left, right] = [writeCondition(writer, expression.left), writeCondition(writer, expression.right)];
  return `(${left} ${expression.operator === 'and' ? '&&' : '||'} ${right})`;
}

function writeNumber(writer: ScriptWriter, value: number | bigint): Code {
  writer.spend(typeof value === 'bigint' ? STEPS.call : STEPS.name);
  return { text: writer.constant(value), type: typeof value === 'bigint' ? 'numeric' : 'number' };
}

function writeName(writer: ScriptWriter, name: Name): Code {
  const meant = writeMeant(writer, name);
  return name.name === 'attribute' ? writeField(writer, meant, 'attributes') : meant;
}

/** What a name means; `attribute` is a field of what `span` means there. */
function writeMeant(writer: ScriptWriter, name: Name): Code {
  writer.spend(STEPS.name);
  const binding = writer.scopes.uses.get(name);
  if (binding === 'trace') return { text: 'run.handle', type: 'table' };
  if (binding === 'span') return writer.subject();
  if (binding === 'library' || binding === undefined) throw new Unsupported(`${name.name} as a value`);
  return { text: variableName(binding), type: writer.typeOf(binding) };
}

function writeMember(writer: ScriptWriter, member: Extract<Expression, { type: 'member' }>): Code {
  const path = attributePath(member);
  if (path !== undefined) return writeMapIndex(writer, path.map, writer.constant(path.key));
  const { object, name } = member;
  if (object.type === 'name') {
    const binding = writer.scopes.uses.get(object);
    if (object.name === 'math' && (binding === 'library' || LIMITS.has(name))) return writeConstant(writer, name, binding === 'library');
    if (binding === 'library') throw new Unsupported(`${object.name}.${name} as a value`);
    if (binding === 'trace') return writeTraceField(writer, name);
  }
  return writeField(writer, writeExpression(writer, object), name);
}

function writeConstant(writer: ScriptWriter, name: string, isLibrary: boolean): Code {
  const value = isLibrary
    ? (LIMITS.get(name) ?? ({ pi: Math.PI, huge: Number.POSITIVE_INFINITY } as Record<string, number>)[name])
    : undefined;
  if (value === undefined) throw new Unsupported(`math.${name} as a value`);
  writer.spend(STEPS.call);
  return { text: numeral(value), type: typeof value === 'bigint' ? 'numeric' : 'number' };
}

const TRACE_FIELDS: Readonly<Record<string, Code>> = {
  id: { text: 'run.text(run.trace.id)', type: 'string' },
  span_count: { text: 'run.trace.spans.length', type: 'number' },
  spans: { text: 'run.trace.spans', type: 'spans' },
  duration: { text: 'run.duration()', type: 'numeric' },
  services: { text: 'run.services()', type: 'table' },
  root: { text: 'run.root()', type: 'any' },
  depth: { text: 'run.traceDepth()', type: 'number' },
};

function writeTraceField(writer: ScriptWriter, name: string): Code {
  writer.spend(STEPS.member);
  return Object.hasOwn(TRACE_FIELDS, name) ? TRACE_FIELDS[name]! : { text: `traceMember(run, ${quote(name)})`, type: 'any' };
}

/** `object.name`. */
function writeField(writer: ScriptWriter, object: Code, name: string): Code {
  writer.spend(STEPS.member);
  if (object.type === 'span' && Object.hasOwn(SPAN_FIELDS, name)) {
    const { property, type } = SPAN_FIELDS[name]!;
    const text = `${object.text}.${property}`;
    return { text: type === 'string' ? `run.text(${text})` : text, type };
  }
  if (object.type === 'span' && name === 'parent') return { text: `run.parent(${object.text})`, type: 'any' };
  return { text: `index(run, ${object.text}, ${quote(name)})`, type: 'any' };
}

const SPAN_FIELDS: Readonly<Record<string, { readonly property: string; readonly type: CodeType }>> = Object.fromEntries(
  Object.keys(FIELD_TYPES)
    .filter((name) => !name.startsWith('scope_'))
    .map((name) => {
      const type = name === 'is_root' ? 'boolean' : name === 'duration' || name.endsWith('_time') ? 'numeric' : 'string';
      return [name, { property: name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()), type }];
    }),
);

function writeIndex(writer: ScriptWriter, object: Expression, key: Expression): Code {
  if (isAttributeMap(object)) return writeMapIndex(writer, object, undefined, key);
  writer.spend(STEPS.member);
  const owner = writer.value(object);
  return { text: `index(run, ${owner}, ${writer.value(key)})`, type: 'any' };
}

/** An attribute by its key: of a span that is known for one without a map of all. */
function writeMapIndex(writer: ScriptWriter, map: Expression, text: string | undefined, key?: Expression): Code {
  writer.spend(2 * STEPS.member);
  const keyText = (): string => text ?? writer.value(key!);
  const owner = map.type === 'member' ? writeExpression(writer, map.object) : writeMeant(writer, map as Name);
  const table = map.type === 'member' ? map.name : 'attributes';
  if (owner.type === 'span') {
    const read = table === 'attributes' ? 'attribute' : 'resourceAttribute';
    return { text: `${read}(run, ${owner.text}, ${keyText()})`, type: 'any' };
  }
  return { text: `index(run, index(run, ${owner.text}, ${quote(table)}), ${keyText()})`, type: 'any' };
}

function writeUnary(writer: ScriptWriter, { operator, operand }: Extract<Expression, { type: 'unary' }>): Code {
  switch (operator) {
    case 'not':
      return { text: `!${writeCondition(writer, operand)}`, type: 'boolean' };
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
  '^': { name: 'power', type: 'number' },
  '..': { name: 'concatenate', type: 'string', run: true },
};

function writeBinary(writer: ScriptWriter, { operator, left, right }: Extract<Expression, { type: 'binary' }>): Code {
  switch (operator) {
    case '==':
    case '~=':
      return writeEquality(writer, operator === '==', writeExpression(writer, left), writeExpression(writer, right));
    case '<':
    case '<=':
    case '>':
    case '>=':
      return writeOrder(writer, operator, writeExpression(writer, left), writeExpression(writer, right));
  }
  writer.spend(STEPS.arithmetic);
  const [a, b] = [writer.value(left), writer.value(right)];
  const known = FUNCTIONS[operator];
  if (known === undefined) return { text: `compute(${quote(operator)}, ${a}, ${b})`, type: 'numeric' };
  return { text: `${known.name}(${known.run ? 'run, ' : ''}${a}, ${b})`, type: known.type };
}

const SIMPLE: ReadonlySet<CodeType> = new Set(['nil', 'boolean']);

function writeEquality(writer: ScriptWriter, isEqual: boolean, left: Code, right: Code): Code {
  writer.spend(STEPS.comparison);
  const [a, b] = [left.type, right.type];
  // A constant text bounds what is looked at.
  const isExact = SIMPLE.has(a) || SIMPLE.has(b) || (a === 'number' && b === 'number') || isText(left) || isText(right);
  if (isExact) return { text: `(${left.text} ${isEqual ? '===' : '!=='} ${right.text})`, type: 'boolean' };
  return { text: `${isEqual ? '' : '!'}equal(run, ${left.text}, ${right.text})`, type: 'boolean' };
}

function isText({ type, isConstant }: Code): boolean {
  return type === 'string' && isConstant === true;
}

function writeOrder(writer: ScriptWriter, operator: '<' | '<=' | '>' | '>=', left: Code, right: Code): Code {
  writer.spend(STEPS.comparison);
  const isNumeric = (type: CodeType): boolean => type === 'number' || type === 'numeric';
  // JavaScript compares bigints with numbers by their exact values.
  if (isNumeric(left.type) && isNumeric(right.type)) return { text: `(${left.text} ${operator} ${right.text})`, type: 'boolean' };
  const name = operator.length === 1 ? 'less' : 'lessOrEqual';
  if (operator.startsWith('<')) return { text: `${name}(run, ${left.text}, ${right.text})`, type: 'boolean' };
  // `a > b` is `b < a`, but a is evaluated first.
  const kept = writer.temporary();
  return { text: `(${kept} = ${left.text}, ${name}(run, ${right.text}, ${kept}))`, type: 'boolean' };
}

/** `a and b`, `a or b`: one of the operands. */
function writeLogical(writer: ScriptWriter, { operator, left, right }: Extract<Expression, { type: 'logical' }>): Code {
  writer.spend(STEPS.logical);
  const first = writeExpression(writer, left);
  const second = writeExpression(writer, right);
  if (first.type === 'boolean' && second.type === 'boolean') {
    return { text: `(${first.text} ${operator === 'and' ? '&&' : '||'} ${second.text})`, type: 'boolean' };
  }
  const kept = writer.temporary();
  const holds = `truthy(${kept} = ${first.text})`;
  const text = operator === 'and' ? `(${holds} ? ${second.text} : ${kept})` : `(${holds} ? ${kept} : ${second.text})`;
  return { text, type: first.type === second.type ? first.type : 'any' };
}

/** fengari sets the items of a list from the last to the first, and at most 50 at once. */
const MAX_ITEMS = 50;

function writeTable(writer: ScriptWriter, { items }: Extract<Expression, { type: 'table' }>): Code {
  writer.spend(STEPS.made + STEPS.item * items.length);
  const values: string[] = [];
  const pairs: string[] = [];
  for (const { key, value } of items) {
    if (key === undefined) values.push(writer.value(value));
    else pairs.push(`[${writer.value(key)}, ${writer.value(value)}]`);
  }
  if (values.length > 0 && pairs.length > 0) throw new Unsupported('a table with items and keys');
  if (values.length > MAX_ITEMS) throw new Unsupported(`a list of more than ${MAX_ITEMS} items`);
  return { text: values.length > 0 ? `listOf([${values.join(', ')}])` : `tableOf([${pairs.join(', ')}])`, type: 'table' };
}
