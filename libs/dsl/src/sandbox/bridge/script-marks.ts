import type { Block, Expression, Name, Statement } from '../../text/syntax.js';
import { formatExpression } from '../../tree/format-expression.js';

/** The events that an observed run records, by number: values of expressions, and reached statements. */
export interface ScriptMarks {
  readonly expressions: ReadonlyMap<Expression, number>;
  /** Lua code that runs before or after a statement. */
  readonly statements: ReadonlyMap<Statement, { readonly before?: string; readonly after?: string }>;
  readonly returns: readonly MarkedReturn[];
  readonly changes: readonly MarkedChange[];
}

/** A `return` of the main script, and the conditions that lead to it, the outermost first. */
export interface MarkedReturn {
  readonly statement: Extract<Statement, { type: 'return' }>;
  readonly path: readonly PathCondition[];
  /** The enclosing loops over tables. */
  readonly entries: readonly TableLoop[];
}

/** `for k, v in pairs(t)`: the `return` records k. */
export interface TableLoop {
  readonly table: string;
  readonly key: Name;
}

export interface PathCondition {
  readonly condition: Expression;
  readonly outcome: boolean;
}

/** A statement that changes a variable or a table entry. */
export interface MarkedChange {
  /** The target as an expression: `n`, `seen[id]`. */
  readonly text: string;
  readonly variable: string;
  /** The key of a table entry. */
  readonly key?: PlaceKey;
  /** Restarts the count of changes. */
  readonly isFirst: boolean;
}

/** The key of a table entry: a literal, or an expression whose value is recorded. */
export type PlaceKey = { readonly name: string } | { readonly expression: Expression };

/** The key of an entry in a variable's table; undefined for the variable itself and for nested entries. */
export function keyOf(node: Expression): PlaceKey | undefined {
  if (node.type === 'member') return node.object.type === 'name' ? { name: node.name } : undefined;
  return node.type === 'index' && node.object.type === 'name' ? { expression: node.key } : undefined;
}

/** The context of a statement. */
interface Place {
  readonly path: readonly PathCondition[];
  readonly entries: readonly TableLoop[];
  /** Variables that may hold a span, the innermost last; only within loops. */
  readonly spans: readonly string[];
  readonly isLoop: boolean;
  readonly isMain: boolean;
}

/** The number of variables to check for spans. */
const MAX_SPANS = 8;

export function scriptMarks(block: Block): ScriptMarks {
  const marker = new Marker();
  marker.block(block, { path: [], entries: [], spans: [], isLoop: false, isMain: true });
  return marker;
}

class Marker implements ScriptMarks {
  readonly expressions = new Map<Expression, number>();
  readonly statements = new Map<Statement, { readonly before?: string; readonly after?: string }>();
  readonly returns: MarkedReturn[] = [];
  readonly changes: MarkedChange[] = [];

  block(block: Block, outer: Place): void {
    let place = outer;
    for (const statement of block) {
      this.statement(statement, place);
      // The variable exists from here on.
      if (statement.type === 'local' && place.isLoop)
        place = within(
          place,
          statement.names.map(({ name }) => name),
        );
    }
  }

  private statement(statement: Statement, place: Place): void {
    switch (statement.type) {
      case 'if': {
        let path = place.path;
        for (const { condition, body } of statement.branches) {
          this.condition(condition);
          this.block(body, { ...place, path: [...path, { condition, outcome: true }] });
          path = [...path, { condition, outcome: false }];
        }
        if (statement.otherwise !== undefined) this.block(statement.otherwise, { ...place, path });
        return;
      }
      case 'while':
        this.condition(statement.condition);
        return this.block(statement.body, {
          ...place,
          isLoop: true,
          path: [...place.path, { condition: statement.condition, outcome: true }],
        });
      case 'repeat':
        return this.block(statement.body, { ...place, isLoop: true });
      case 'for':
        return this.block(statement.body, { ...place, isLoop: true });
      case 'for-in':
        return this.block(
          statement.body,
          within(
            this.loop(statement, place),
            statement.names.map(({ name }) => name),
          ),
        );
      case 'do':
        return this.block(statement.body, place);
      case 'local':
        return place.isLoop ? this.renewed(statement) : undefined;
      case 'local-function':
      case 'function-statement':
        return this.block(statement.function.body, { path: [], entries: [], spans: [], isLoop: false, isMain: false });
      case 'return':
        return place.isMain ? this.return(statement, place) : undefined;
      case 'assignment':
        return this.assignment(statement, place);
      case 'call-statement':
        return this.insertion(statement, place);
    }
  }

  private loop({ iterators, names }: Extract<Statement, { type: 'for-in' }>, place: Place): Place {
    const [iterator] = iterators;
    const [key] = names;
    const isOfPairs = iterator?.type === 'call' && iterator.callee.type === 'name' && iterator.callee.name === 'pairs';
    const table = isOfPairs ? iterator.args[0] : undefined;
    if (table?.type !== 'name' || key === undefined) return { ...place, isLoop: true };
    return { ...place, isLoop: true, entries: [...place.entries, { table: table.name, key: { ...key } }] };
  }

  private return(statement: Extract<Statement, { type: 'return' }>, place: Place): void {
    const [value] = statement.values;
    if (value !== undefined) this.condition(value);
    const { path, entries, spans } = place;
    const number = this.returns.push({ statement, path, entries }) - 1;
    const keys = entries.map(({ key }) => `;__seen(${this.mark(key)},${key.name}) `);
    this.statements.set(statement, { before: `${keys.join('')};__at(${[number, ...spans].join(',')}) ` });
  }

  private assignment(statement: Extract<Statement, { type: 'assignment' }>, place: Place): void {
    const numbers = statement.targets.flatMap((target, index) => {
      const variable = baseOf(target);
      if (variable === undefined) return [];
      const value = statement.values[index];
      const isFirst = target.type === 'name' && value !== undefined && isNothing(value);
      const key = keyOf(target);
      if (target.type === 'index') this.mark(target.key);
      return [this.changes.push({ text: formatExpression(target), variable, isFirst, ...(key === undefined ? {} : { key }) }) - 1];
    });
    if (numbers.length === 0) return;
    this.statements.set(statement, { after: numbers.map((number) => `;__set(${[number, ...place.spans].join(',')}) `).join('') });
  }

  /** Each iteration of a loop has a new variable. */
  private renewed(statement: Extract<Statement, { type: 'local' }>): void {
    const numbers = statement.names.map(({ name }) => this.changes.push({ text: name, variable: name, isFirst: true }) - 1);
    this.statements.set(statement, { after: numbers.map((number) => `;__set(${number}) `).join('') });
  }

  /** `table.insert(list, x)`. */
  private insertion(statement: Extract<Statement, { type: 'call-statement' }>, place: Place): void {
    const { call } = statement;
    if (call.type !== 'call' || call.callee.type !== 'member' || call.callee.name !== 'insert') return;
    const [list] = call.args;
    const variable = list === undefined ? undefined : baseOf(list);
    if (list === undefined || variable === undefined) return;
    const number = this.changes.push({ text: formatExpression(list), variable, isFirst: false }) - 1;
    this.statements.set(statement, { after: `;__set(${[number, ...place.spans].join(',')}) ` });
  }

  /** Marks the whole, its operands, and the values that they read. */
  private condition(node: Expression): void {
    this.mark(node);
    const inner = unwrapped(node);
    if (inner.type === 'logical') for (const side of [inner.left, inner.right]) this.condition(side);
    else if (inner.type === 'unary' && inner.operator === 'not') this.condition(inner.operand);
    else this.readings(inner);
  }

  private readings(node: Expression): void {
    switch (node.type) {
      case 'name':
        if (!LIBRARY.has(node.name)) this.mark(node);
        return;
      case 'member':
        this.mark(node);
        return;
      case 'index':
        this.mark(node);
        this.mark(node.key);
        return this.readings(node.key);
      case 'call':
        // Not the inner condition: it is evaluated for many spans.
        this.mark(node);
        // A call as the last argument may return several values; recording it would truncate them to one.
        if (node.callee.type === 'name') for (const argument of node.args) if (!SEVERAL.has(argument.type)) this.readings(argument);
        return;
      case 'method-call':
        this.mark(node);
        return this.readings(node.object);
      case 'unary':
        if (node.operator === '#') this.mark(node);
        else this.readings(node.operand);
        return;
      case 'binary':
      case 'logical':
        this.readings(node.left);
        return this.readings(node.right);
      case 'string-test':
        this.readings(node.subject);
        return this.readings(node.pattern);
      case 'parenthesized':
        return this.readings(node.expression);
    }
  }

  private mark(node: Expression): number {
    const number = this.expressions.get(node) ?? this.expressions.size;
    this.expressions.set(node, number);
    return number;
  }
}

function within(place: Place, names: readonly string[]): Place {
  const others = place.spans.filter((name) => !names.includes(name));
  return { ...place, spans: [...others, ...names].slice(-MAX_SPANS) };
}

/** The variable that holds the table: `t` of `t[k].n`. */
function baseOf(target: Expression): string | undefined {
  let inner = target;
  while (inner.type === 'member' || inner.type === 'index') inner = inner.object;
  return inner.type === 'name' ? inner.name : undefined;
}

export function unwrapped(node: Expression): Expression {
  let inner = node;
  while (inner.type === 'parenthesized') inner = inner.expression;
  return inner;
}

/** `n = 0` and `list = {}` carry no information; `found = true` does. */
function isNothing(value: Expression): boolean {
  return (
    value.type === 'number' ||
    value.type === 'nil' ||
    (value.type === 'boolean' && !value.value) ||
    (value.type === 'table' && value.items.length === 0)
  );
}

const SEVERAL: ReadonlySet<Expression['type']> = new Set<Expression['type']>(['call', 'method-call', 'varargs']);
const LIBRARY: ReadonlySet<string> = new Set(['span', 'trace', 'attribute', 'math', 'string', 'table']);
