import type { Block, Expression } from '../../text/syntax.js';
import { RELATIONS } from '../../tree/span-relation.js';
import { withoutParentheses } from '../../tree/without-parentheses.js';
import { spanArguments } from '../../vocabulary/span-function-call.js';
import type { Findings } from '../scope/scope.js';
import { blocksOf } from '../scope/script-locals.js';
import { bareTotal } from './bare-total.js';
import { isNumber, namesAsConditions } from './number-names.js';
import { readsText } from './tables/list-as-set.js';
import { expressionsOf, partsOf } from './tables/tested-texts.js';

/** Checks uses of script variables against all values assigned to them: a count that is never below 0, a table that is always true. */
export function judgeValues(block: Block, values: Values, findings: Findings): void {
  new ScriptValues(values, findings).block(block, true);
}

type Values = ReadonlyMap<string, readonly (Expression | undefined)[]>;

class ScriptValues {
  private textKeys: ReadonlySet<string> | undefined;
  private main: Block = [];

  constructor(
    private readonly values: Values,
    private readonly findings: Findings,
  ) {}

  block(block: Block, isMain: boolean): void {
    if (this.main.length === 0) this.main = block;
    for (const statement of block) {
      const { conditions, all } = expressionsOf(statement);
      for (const condition of conditions) this.condition(condition);
      if (statement.type === 'assignment') for (const target of statement.targets) this.behindTheLast(target);
      if (statement.type === 'return' && isMain) this.result(statement.values);
      for (const expression of all) this.expression(expression);
      const isInner = statement.type === 'local-function' || statement.type === 'function-statement';
      for (const inner of blocksOf(statement)) this.block(inner, isMain && !isInner);
    }
  }

  /** `ids[#ids] = x` as the only write to `ids`: it writes index 0 each time, which the length does not count. */
  private behindTheLast(target: Expression): void {
    if (target.type !== 'index' || target.object.type !== 'name' || target.key.type !== 'unary' || target.key.operator !== '#') return;
    const { name } = target.object;
    const { source } = this.findings;
    const index = source.slice(target.key.range);
    if (target.key.operand.type !== 'name' || target.key.operand.name !== name || !this.isAll(name, isEmptyTable)) return;
    const isElse = new RegExp(`\\(\\s*${name}\\s*[,)]|\\b${name}\\s*(?:\\[\\s*(?!#\\s*${name}\\s*\\])|[.:])`);
    if (isElse.test(source.text)) return;
    const fix = { range: target.key.range, text: `${index} + 1` };
    this.findings.report('BT_DSL_INDEX_ZERO', target.key.range, { index: `${index}, which stays 0` }, { suggestion: fix.text, fix });
  }

  private result([first, second]: readonly Expression[]): void {
    if (first === undefined) return;
    this.condition(first);
    // A description as the second value is useless and harmless.
    if (second === undefined || ['string', 'number', 'table', 'nil'].includes(second.type)) return;
    this.findings.report('BT_DSL_FIRST_RESULT', second.range, {}, { expected: 'and or or between them' });
  }

  private condition(condition: Expression): void {
    for (const { name, range } of namesAsConditions(condition)) {
      const [kind, meant] = this.isAll(name, isFunction)
        ? ['a function', `${name}(…)`]
        : this.isAll(name, isTable)
          ? ['a table', `next(${name}) ~= nil`]
          : [];
      if (kind === undefined || meant === undefined) continue;
      const fix = kind === 'a table' ? { range, text: `(${meant})` } : undefined;
      this.findings.report('BT_DSL_ALWAYS_TRUE', range, { name, what: kind }, { expected: meant, suggestion: meant, fix });
    }
  }

  private expression(expression: Expression): void {
    const pending: Expression[] = [expression];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      if (next.type === 'binary') this.comparison(next);
      if (next.type === 'call' || next.type === 'method-call') this.methodOfTable(next);
      if (next.type === 'unary' && next.operator === '#') this.asList(next.operand, next.range, `#`);
      if (next.type === 'call' && next.callee.type === 'name' && next.callee.name === 'ipairs' && next.args[0] !== undefined)
        this.asList(next.args[0], next.callee.range, 'ipairs');
      const { parts, body } = partsOf(next);
      pending.push(...parts);
      if (body !== undefined) this.block(body, false);
    }
  }

  private comparison(node: Extract<Expression, { type: 'binary' }>): void {
    const { operator, left, right, range } = node;
    bareTotal(node, this.values, this.findings);
    const place = foundPlace(left);
    if (place !== undefined && (operator === '==' || operator === '~=')) return this.placeOfText(node, place);
    const subject = withoutParentheses(left);
    if (subject.type !== 'name') return;
    const { name } = subject;
    if (right.type === 'string' && (operator === '==' || operator === '~=')) {
      if ((right.value !== 'true' && right.value !== 'false') || !this.isAll(name, isBoolean)) return;
      const fix = { range: right.range, text: right.value };
      this.findings.report(
        'BT_DSL_QUOTED_TRUTH',
        right.range,
        { text: `"${right.value}"`, value: right.value },
        { suggestion: right.value, fix },
      );
      return;
    }
    const known = this.knownComparison(name, operator, right);
    if (known === undefined) return;
    const [value, reason] = known;
    this.findings.report('BT_DSL_CONTRADICTION', range, { value: String(value), reason });
  }

  private knownComparison(name: string, operator: string, right: Expression): readonly [boolean, string] | undefined {
    if (right.type === 'nil') {
      if ((operator !== '==' && operator !== '~=') || !this.isAll(name, isNumber)) return undefined;
      return [operator === '~=', `'${name}' always has a value`];
    }
    if (right.type !== 'number') return undefined;
    if ((operator === '==' || operator === '~=') && this.isAll(name, isBoolean)) return [operator === '~=', `'${name}' is true or false`];
    if (this.isAll(name, ({ type }) => type === 'number')) return this.comparedConstants(name, operator, right.value);
    if (right.value > 0 || !this.isAll(name, (value) => isCounted(value, name))) return undefined;
    if (operator === '>=') return [true, `'${name}' counts from 0 up`];
    return operator === '<' ? [false, `'${name}' counts from 0 up`] : undefined;
  }

  /** `count = 1` in a loop, and `count > 3` after it: it only ever has the values in the script. */
  private comparedConstants(name: string, operator: string, limit: number | bigint): readonly [boolean, string] | undefined {
    const all = (this.values.get(name) ?? []).map((value) => value && withoutParentheses(value));
    const numbers = [...new Set(all.flatMap((value) => (value?.type === 'number' ? [value.value] : [])))];
    const outcomes = new Set(numbers.map((value) => compared(value, operator, limit)));
    const [outcome] = outcomes;
    // A single constant is a named value; a function may assign others.
    if (/\bfunction\b/.test(this.findings.source.text)) return undefined;
    if (numbers.length < 2 || outcomes.size !== 1 || outcome === undefined) return undefined;
    return [outcome, `'${name}' is never anything but ${numbers.slice(0, 3).join(', ')}${numbers.length > 3 ? ', …' : ''}`];
  }

  /** `x:find("a") == true`: it returns an index or nil. */
  private placeOfText({ operator, left, right, range }: Extract<Expression, { type: 'binary' }>, name: string): void {
    const isTruth = right.type === 'boolean';
    const isZero = name === 'find' && right.type === 'number' && right.value === 0;
    if (!isTruth && !isZero) return;
    const isFound = (operator === '==') === (right.type === 'boolean' && right.value);
    const text = isTruth ? `${this.findings.source.slice(left.range)} ${isFound ? '~=' : '=='} nil` : undefined;
    const reason = name === 'find' ? "'find' returns a position, from 1, or nil" : "'match' returns a text, or nil";
    const value = String(operator === '~=');
    this.findings.report(
      'BT_DSL_CONTRADICTION',
      range,
      { value, reason },
      { suggestion: text ?? 'starts_with', fix: text === undefined ? undefined : { range, text } },
    );
  }

  /** `ids.contains("x")`, `ids:push(x)`: a table of a script only has the functions that the script stores in it. */
  private methodOfTable(call: Extract<Expression, { type: 'call' | 'method-call' }>): void {
    const [object, name, range] =
      call.type === 'method-call'
        ? [call.object, call.name, call.range]
        : call.callee.type === 'member'
          ? [call.callee.object, call.callee.name, call.callee.nameRange]
          : [];
    if (object?.type !== 'name' || name === undefined || range === undefined || !this.isAll(object.name, isEmptyTable)) return;
    const { source } = this.findings;
    // Values from another name or a function are not followed.
    if (
      new RegExp(
        `\\b${object.name}\\s*(?:\\.\\s*${name}\\s*=[^=]|\\[|[.:]\\s*${name}\\s*=)|\\bsetmetatable\\b|function\\s+${object.name}\\b|=\\s*${object.name}\\b`,
      ).test(source.text)
    )
      return;
    this.findings.report(
      'BT_DSL_UNKNOWN_FUNCTION',
      range,
      { object: object.name, name },
      { expected: TABLE_FUNCTIONS[name] ?? 'table.insert, or a loop' },
    );
  }

  /** `#ids`, `ipairs(ids)` of a table with only text keys. */
  private asList(table: Expression, range: Expression['range'], found: '#' | 'ipairs'): void {
    if (table.type !== 'name' || !this.isAll(table.name, isEmptyTable)) return;
    this.textKeys ??= textKeyed(this.main, this.values);
    if (!this.textKeys.has(table.name)) return;
    const fix = found === 'ipairs' ? { range, text: 'pairs' } : undefined;
    this.findings.report(
      'BT_DSL_NOT_A_LIST',
      range,
      { name: table.name, found: `'${found}'` },
      { expected: 'a counter, or pairs', suggestion: fix?.text, fix },
    );
  }

  private isAll(name: string, test: (value: Expression) => boolean): boolean {
    const values = this.values.get(name);
    return values !== undefined && values.length > 0 && values.every((value) => value !== undefined && test(withoutParentheses(value)));
  }
}

/** List methods of other languages, with their equivalents here. */
const TABLE_FUNCTIONS: Readonly<Partial<Record<string, string>>> = {
  push: 'table.insert(list, value)',
  add: 'table.insert(list, value)',
  append: 'table.insert(list, value)',
  contains: 'seen[value] = true to keep it, and seen[value] to ask for it',
  includes: 'seen[value] = true to keep it, and seen[value] to ask for it',
  has: 'seen[value] = true to keep it, and seen[value] to ask for it',
  length: '#list',
  size: '#list',
  count: '#list',
};

function compared(value: number | bigint, operator: string, limit: number | bigint): boolean | undefined {
  switch (operator) {
    case '<':
      return value < limit;
    case '<=':
      return value <= limit;
    case '>':
      return value > limit;
    case '>=':
      return value >= limit;
    case '==':
      return value >= limit && value <= limit;
    case '~=':
      return value < limit || value > limit;
    default:
      return undefined;
  }
}

function isFunction({ type }: Expression): boolean {
  return type === 'function';
}

function isTable({ type }: Expression): boolean {
  return type === 'table';
}

function isEmptyTable(value: Expression): boolean {
  return value.type === 'table' && value.items.length === 0;
}

const COMPARISONS: ReadonlySet<string> = new Set(['==', '~=', '<', '<=', '>', '>=']);
const TRUTHS: ReadonlySet<string> = new Set(['has', 'all', ...Object.keys(RELATIONS)]);

function isBoolean(value: Expression): boolean {
  switch (value.type) {
    case 'boolean':
    case 'string-test':
      return true;
    case 'binary':
      return COMPARISONS.has(value.operator);
    case 'unary':
      return value.operator === 'not';
    case 'call':
      return value.callee.type === 'member' && TRUTHS.has(value.callee.name) && spanArguments(value) !== undefined;
    default:
      return false;
  }
}

/** Whether it starts at 0 or more and only grows. */
function isCounted(value: Expression, name: string): boolean {
  if (value.type === 'number') return value.value >= 0;
  if (value.type === 'unary') return value.operator === '#';
  if (value.type === 'binary') {
    const sides = [value.left, value.right].map(withoutParentheses);
    return value.operator === '+' && sides.every((side) => (side.type === 'name' && side.name === name) || isCounted(side, name));
  }
  return value.type === 'call' && value.callee.type === 'member' && value.callee.name === 'count' && spanArguments(value) !== undefined;
}

/** The function `find` or `match` in `x:find("a")` and `string.find(x, "a")`. */
function foundPlace(node: Expression): string | undefined {
  const name =
    node.type === 'method-call'
      ? node.name
      : node.type === 'call' && node.callee.type === 'member' && node.callee.object.type === 'name' && node.callee.object.name === 'string'
        ? node.callee.name
        : undefined;
  return name === 'find' || name === 'match' ? name : undefined;
}

/** The variables whose tables have only text keys, and that only iterating functions receive. */
function textKeyed(block: Block, values: Values): ReadonlySet<string> {
  const keyed = new Set<string>();
  const others = new Set<string>();
  const expression = (node: Expression): void => {
    const { parts, body } = partsOf(node);
    if (node.type === 'call' && !(node.callee.type === 'name' && LOOKING.has(node.callee.name)))
      for (const argument of node.args) if (argument.type === 'name') others.add(argument.name);
    if (node.type === 'table') for (const { value } of node.items) if (value.type === 'name') others.add(value.name);
    for (const part of parts) expression(part);
    if (body !== undefined) visit(body);
  };
  const visit = (statements: Block): void => {
    for (const statement of statements) {
      if (statement.type === 'assignment')
        for (const target of statement.targets) {
          if (target.type !== 'index' && target.type !== 'member') continue;
          if (target.object.type !== 'name') continue;
          (target.type === 'member' || isText(target.key, values) ? keyed : others).add(target.object.name);
        }
      if (statement.type === 'local' || statement.type === 'assignment' || statement.type === 'return')
        for (const value of statement.values) if (value.type === 'name') others.add(value.name);
      for (const node of expressionsOf(statement).all) expression(node);
      for (const inner of blocksOf(statement)) visit(inner);
    }
  };
  visit(block);
  return new Set([...keyed].filter((name) => !others.has(name)));
}

const LOOKING: ReadonlySet<string> = new Set(['ipairs', 'pairs', 'next', 'type']);

function isText(key: Expression, values: Values): boolean {
  const node = withoutParentheses(key);
  if (node.type !== 'name') return readsText(node) || (node.type === 'binary' && node.operator === '..');
  // A loop variable elsewhere may have the same name.
  const given = values.get(node.name)?.filter((value) => value !== undefined) ?? [];
  return given.length > 0 && given.every((value) => value.type !== 'name' && isText(value, values));
}
