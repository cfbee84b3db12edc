import type { Source } from '../../text/source.js';
import type { Block, Expression, FunctionExpression, Statement } from '../../text/syntax.js';
import { KEYWORDS } from '../../text/token.js';
import { quote } from '../../tree/format-expression.js';
import type { BinaryOperator } from '../../values/lua/lua-arithmetic.js';
import { type SpanArgument, spanArguments } from '../../vocabulary/span-function-call.js';
import type { ScriptMarks } from './script-marks.js';

/**
 * A script as plain Lua for the sandbox. Extensions become calls of helpers (lua-helpers.ts). Durations become numbers; string tests and arithmetic
 * become functions (64-bit integers, bounded strings). The condition of `trace.has(…)` becomes a function of the span, and `attribute.http.method`
 * becomes `span.attributes["http.method"]`. Statements keep their line, for error messages.
 * @param marks the events to record at run time
 */
export function luaText(source: Source, block: Block, marks?: ScriptMarks): string {
  const writer = new LuaWriter(source, marks);
  writer.block(block);
  return writer.text;
}

/** Helper names of arithmetic operators; `/`, `^`, comparisons and `#` stay Lua's own. */
export const ARITHMETIC_HELPERS: Readonly<Partial<Record<BinaryOperator, string>>> = {
  '+': '__add',
  '-': '__sub',
  '*': '__mul',
  '//': '__idiv',
  '%': '__mod',
  '..': '__concat',
  '&': '__band',
  '|': '__bor',
  '~': '__bxor',
  '<<': '__shl',
  '>>': '__shr',
};

/** Comparisons by helpers, because Lua's own do not charge steps for long strings. */
const COMPARISON_HELPERS: Readonly<Partial<Record<BinaryOperator, string>>> = {
  '==': '__eq',
  '~=': '__ne',
  '<': '__lt',
  '<=': '__le',
  '>': '__gt',
  '>=': '__ge',
};

/** With a constant on one side Lua's own comparison reads a bounded number of bytes. */
function isCheap({ operator, left, right }: Extract<Expression, { type: 'binary' }>): boolean {
  const isEquality = operator === '==' || operator === '~=';
  return [left, right].some((side) => {
    if (side.type === 'number') return typeof side.value === 'number' && Math.abs(side.value) <= Number.MAX_SAFE_INTEGER;
    if (side.type === 'duration') return typeof side.nanoseconds === 'number';
    return isEquality && (side.type === 'string' || side.type === 'nil' || side.type === 'boolean');
  });
}

class LuaWriter {
  text = '';
  #line = 1;

  constructor(
    private readonly source: Source,
    private readonly marks: ScriptMarks | undefined,
  ) {}

  block(block: Block): void {
    for (const statement of block) {
      this.#moveTo(statement.range.start);
      const mark = this.marks?.statements.get(statement);
      if (mark?.before !== undefined) this.#write(mark.before);
      this.#statement(statement);
      if (mark?.after !== undefined) this.#write(mark.after);
    }
  }

  /** Writes line breaks up to the line of a source offset. */
  #moveTo(offset: number): void {
    const { line } = this.source.place(offset);
    for (; this.#line < line; this.#line++) this.text += '\n';
  }

  #write(...parts: readonly string[]): void {
    this.text += parts.join('');
  }

  #statement(statement: Statement): void {
    switch (statement.type) {
      case 'local':
        this.#write('local ', statement.names.map(({ name }) => name).join(','));
        if (statement.values.length > 0) this.#write('=', this.#list(statement.values));
        this.#write(' ');
        return;
      case 'local-function':
        // The function can refer to its own name.
        this.#write('local ', statement.name.name, ' ', statement.name.name, '=');
        return this.#made(statement.function);
      case 'function-statement': {
        this.#write(this.#expression(statement.target), '=');
        return this.#made(statement.function, statement.isMethod ? ['self'] : []);
      }
      case 'assignment':
        return this.#write(this.#list(statement.targets), '=', this.#list(statement.values), ' ');
      case 'call-statement':
        // A parenthesis at the start of a statement would continue the previous one.
        return this.#write(';', this.#expression(statement.call), ' ');
      case 'do':
        return this.#enclosed('do ', statement.body, ' end ');
      case 'while':
        return this.#enclosed(`while ${this.#expression(statement.condition)} do `, statement.body, ' end ');
      case 'repeat':
        return this.#enclosed('repeat ', statement.body, ` until ${this.#expression(statement.condition)} `);
      case 'if': {
        statement.branches.forEach(({ condition, body }, index) => {
          this.#enclosed(`${index === 0 ? 'if' : 'elseif'} ${this.#expression(condition)} then `, body, ' ');
        });
        if (statement.otherwise !== undefined) this.#enclosed('else ', statement.otherwise, ' ');
        return this.#write('end ');
      }
      case 'for':
        return this.#enclosed(`for ${statement.variable.name}=${this.#list(statement.bounds)} do `, statement.body, ' end ');
      case 'for-in': {
        const names = statement.names.map(({ name }) => name).join(',');
        return this.#enclosed(`for ${names} in ${this.#list(statement.iterators)} do `, statement.body, ' end ');
      }
      case 'return':
        return this.#write('return ', this.#list(statement.values), ' ');
      case 'break':
        return this.#write('break ');
    }
  }

  #enclosed(before: string, body: Block, after: string): void {
    this.#write(before);
    this.block(body);
    this.#write(after);
  }

  #made(node: FunctionExpression, first: readonly string[] = []): void {
    this.#write('__made(function');
    this.#functionBody(node, first);
    this.#write(') ');
  }

  #functionBody(node: FunctionExpression, first: readonly string[] = []): void {
    const parameters = [...first, ...node.parameters.map(({ name }) => name)];
    this.#write('(', [...parameters, ...(node.isVariadic ? ['...'] : [])].join(','), ') ');
    this.block(node.body);
    this.#write(' end ');
  }

  /** The text of an expression. A nested function has its own writer, which keeps the text in order. */
  #expression(expression: Expression): string {
    const number = this.marks?.expressions.get(expression);
    return number === undefined ? this.#plain(expression) : `__seen(${number},${this.#plain(expression)})`;
  }

  #plain(expression: Expression): string {
    switch (expression.type) {
      case 'nil':
      case 'varargs':
        return expression.type === 'nil' ? 'nil' : '__all(...)';
      case 'boolean':
        return String(expression.value);
      case 'number':
        return numeral(expression.value);
      case 'duration':
        return numeral(expression.nanoseconds);
      case 'string':
        return ` ${singleLine(this.source.slice(expression.range), expression)}`;
      case 'name':
        return expression.name === 'attribute' ? 'span.attributes' : expression.name;
      case 'member':
        return this.#member(expression);
      case 'index':
        return `${this.#object(expression.object)}[${this.#expression(expression.key)}]`;
      case 'call':
        return `${this.#object(expression.callee)}(${this.#arguments(expression)})`;
      case 'method-call':
        return `${this.#object(expression.object)}:${expression.name}(${this.#list(expression.args)})`;
      case 'string-test':
        return `__${expression.test}(${this.#expression(expression.subject)},${this.#expression(expression.pattern)}${expression.pattern.type === 'string' ? ',true' : ''})`;
      case 'unary':
        if (expression.operator === '-') return `__unm(${this.#expression(expression.operand)})`;
        if (expression.operator === '~') return `__bnot(${this.#expression(expression.operand)})`;
        return `(${expression.operator} ${this.#expression(expression.operand)})`;
      case 'binary': {
        const left = this.#expression(expression.left);
        const right = this.#expression(expression.right);
        const comparison = COMPARISON_HELPERS[expression.operator];
        if (comparison !== undefined && !isCheap(expression)) {
          return `${comparison}(${left},${right})`;
        }
        const helper = ARITHMETIC_HELPERS[expression.operator];
        return helper === undefined ? `(${left} ${expression.operator} ${right})` : `${helper}(${left},${right})`;
      }
      case 'logical':
        return `(${this.#logical(expression)})`;
      case 'parenthesized':
        return `(${this.#expression(expression.expression)})`;
      case 'table':
        return `__made({${expression.items.map(({ key, value }) => (key === undefined ? '' : `[${this.#expression(key)}]=`) + this.#expression(value)).join(',')}})`;
      case 'named-condition':
        return this.#expression(expression.condition);
      case 'function': {
        const inner = new LuaWriter(this.source, this.marks);
        inner.#line = this.source.place(expression.range.start).line;
        inner.#made(expression);
        return inner.text.replace(/\n/g, ' ');
      }
    }
  }

  /** Omits parentheses around a chain of one operator: Lua's parser nests at most 200. */
  #logical({ left, operator, right }: Extract<Expression, { type: 'logical' }>): string {
    const isChain = left.type === 'logical' && left.operator === operator;
    return `${isChain ? this.#logical(left) : this.#expression(left)} ${operator} ${this.#expression(right)}`;
  }

  #member(expression: Extract<Expression, { type: 'member' }>): string {
    const path = attributePath(expression);
    return path === undefined ? this.#plainMember(expression) : `${this.#expression(path.map)}[${quote(path.key)}]`;
  }

  #plainMember({ object, name }: Extract<Expression, { type: 'member' }>): string {
    if (object.type === 'name' && object.name === 'math' && LIMITS.has(name)) return numeral(LIMITS.get(name) ?? 0);
    return this.#object(object) + (KEYWORDS.has(name) ? `["${name}"]` : `.${name}`);
  }

  #object(object: Expression): string {
    const text = this.#expression(object);
    const isPrefix = object.type === 'name' || object.type === 'member' || object.type === 'index' || object.type === 'call';
    return isPrefix || object.type === 'method-call' || object.type === 'parenthesized' ? text : `(${text})`;
  }

  #arguments(call: Extract<Expression, { type: 'call' }>): string {
    const { callee, args } = call;
    const spanFunction = spanArguments(call);
    if (spanFunction === undefined) {
      const isHas = callee.type === 'member' && callee.name === 'has';
      return args.map((argument) => (isHas ? this.#attributeKey(argument) : this.#expression(argument))).join(',');
    }
    return spanFunction.map((argument) => this.#spanArgument(argument)).join(',');
  }

  /** Writes a condition as a function of the tested span (for the second of a pair, also of the first span). */
  #spanArgument({ expression, own, outer, isPlain }: SpanArgument): string {
    const text = this.#expression(expression);
    if (isPlain || isFunction(expression)) return text;
    const names = own.map((name) => `local ${name}=span `).join('');
    return `function(${['span', ...outer].join(',')}) ${names}return ${text} end`;
  }

  /** `span.has(attribute.x)` tests the key. */
  #attributeKey(argument: Expression): string {
    if (argument.type === 'index' && isAttributeMap(argument.object)) return this.#expression(argument.key);
    const path = argument.type === 'member' ? attributePath(argument) : undefined;
    return path === undefined ? this.#expression(argument) : quote(path.key);
  }

  #list(expressions: readonly Expression[]): string {
    return expressions.map((expression) => this.#expression(expression)).join(',');
  }
}

/** Whether the fields of the expression are attributes: `attribute`, `x.attributes`, `x.resource`. */
export function isAttributeMap(expression: Expression): boolean {
  if (expression.type === 'name') return expression.name === 'attribute';
  return expression.type === 'member' && (expression.name === 'attributes' || expression.name === 'resource');
}

function isFunction(expression: Expression): boolean {
  return expression.type === 'function' || expression.type === 'name';
}

/** `attribute.http.method`, `x.attributes.http.method`: the dotted path is one key. */
export function attributePath(expression: Expression): { readonly map: Expression; readonly key: string } | undefined {
  const names: string[] = [];
  let object = expression;
  while (object.type === 'member' && !isAttributeMap(object)) {
    names.unshift(object.name);
    object = object.object;
  }
  return names.length > 0 && isAttributeMap(object) ? { map: object, key: names.join('.') } : undefined;
}

/** Numbers are doubles (fengari's integers have 32 bits); integers beyond 2^53 are boxed. */
function numeral(value: number | bigint): string {
  if (typeof value === 'bigint') return `__int64("${value}")`;
  if (value === Number.POSITIVE_INFINITY) return '(1/0)';
  const text = String(value);
  const double = /^-?\d+$/.test(text) ? `${text}.0` : text;
  return value < 0 ? `(${double})` : double;
}

/** Boxed values, which must not be stored in a table that outlives an evaluation. */
export const LIMITS: ReadonlyMap<string, bigint> = new Map([
  ['maxinteger', 2n ** 63n - 1n],
  ['mininteger', -(2n ** 63n)],
]);

/** A literal on one line, with line breaks as escapes, so that later lines keep their numbers. */
function singleLine(raw: string, literal: Extract<Expression, { type: 'string' }>): string {
  if (!literal.isText) return raw.replace(/\\(?:\r\n|\n\r|\r|\n)/g, '\\n');
  return quote(literal.value);
}
