import type { Block, Expression, FunctionExpression, Name, Statement } from '../../text/syntax.js';
import { SANDBOX_GLOBALS, SANDBOX_LIBRARIES } from '../../vocabulary/lua-names.js';
import { spanArguments } from '../../vocabulary/span-function-call.js';

/** Thrown during compilation for constructs that only the sandbox can run. Its message is a noun, for `because of …`. */
export class NeedsSandbox extends Error {}

/** A local, a parameter, or an undeclared name that the script assigns. */
export interface Variable {
  readonly id: number;
  /** Whether it is assigned after its declaration. */
  assigned: boolean;
  /** All assigned values; undefined for nil and for values without their own expression. */
  readonly values: (Expression | undefined)[];
  /** The number of functions around its declaration. */
  readonly depth: number;
}

/** The meaning of a name at its use. */
export type Binding = Variable | 'span' | 'trace' | 'library';

/** The meanings of all names of a script. */
export interface Scopes {
  readonly uses: ReadonlyMap<Name, Binding>;
  readonly declared: ReadonlyMap<Name, Variable>;
  /** The parameters of conditions in calls such as `trace.has(…)`, by their expression. */
  readonly conditions: ReadonlyMap<Expression, Variable>;
  readonly globals: readonly Variable[];
  /** Whether a function may return no value at all, which library functions distinguish from nil. */
  readonly mayReturnNothing: boolean;
  /** Whether a function changes a variable outside it: then a call may change what the same expression reads. */
  readonly changesOutside: boolean;
}

type Names = ReadonlyMap<string, Variable>;

/** @throws NeedsSandbox */
export function scopesOf(block: Block): Scopes {
  const resolver = new Resolver();
  resolver.block(block, new Map(), 0);
  return resolver;
}

class Resolver implements Scopes {
  readonly uses = new Map<Name, Binding>();
  readonly declared = new Map<Name, Variable>();
  readonly conditions = new Map<Expression, Variable>();
  mayReturnNothing = false;
  changesOutside = false;
  private readonly byName = new Map<string, Variable>();
  private count = 0;

  get globals(): readonly Variable[] {
    return [...this.byName.values()];
  }

  block(block: Block, outer: Names, depth: number): Names {
    let names = outer;
    for (const statement of block) names = this.statement(statement, names, depth);
    return names;
  }

  private statement(statement: Statement, names: Names, depth: number): Names {
    switch (statement.type) {
      case 'local':
        this.all(statement.values, names, depth);
        return this.declare(names, statement.names, depth, statement.values);
      case 'local-function': {
        const inside = this.declare(names, [statement.name], depth);
        this.function(statement.function, inside, depth);
        return inside;
      }
      case 'function-statement':
        if (statement.isMethod) throw new NeedsSandbox('a method of its own');
        this.function(statement.function, names, depth);
        this.target(statement.target, undefined, names, depth);
        return names;
      case 'assignment':
        this.all(statement.values, names, depth);
        for (const [place, target] of statement.targets.entries()) this.target(target, statement.values[place], names, depth);
        return names;
      case 'call-statement':
        this.expression(statement.call, names, depth);
        return names;
      case 'do':
        this.block(statement.body, names, depth);
        return names;
      case 'while':
        this.expression(statement.condition, names, depth);
        this.block(statement.body, names, depth);
        return names;
      case 'repeat':
        this.expression(statement.condition, this.block(statement.body, names, depth), depth);
        return names;
      case 'if':
        for (const { condition, body } of statement.branches) {
          this.expression(condition, names, depth);
          this.block(body, names, depth);
        }
        this.block(statement.otherwise ?? [], names, depth);
        return names;
      case 'for':
        this.all(statement.bounds, names, depth);
        this.block(statement.body, this.declare(names, [statement.variable], depth), depth);
        return names;
      case 'for-in':
        this.all(statement.iterators, names, depth);
        this.block(statement.body, this.declare(names, statement.names, depth), depth);
        return names;
      case 'return':
        this.all(statement.values, names, depth);
        if (depth > 0 && statement.values.length > 1) throw new NeedsSandbox('a function with several results');
        if (depth > 0 && statement.values.length === 0) this.mayReturnNothing = true;
        return names;
      case 'break':
        return names;
    }
  }

  private target(target: Expression, value: Expression | undefined, names: Names, depth: number): void {
    if (target.type !== 'name') return this.expression(target, names, depth);
    const existing = names.get(target.name);
    const variable = existing ?? this.global(target.name);
    if (variable.depth < depth) this.changesOutside = true;
    variable.assigned = true;
    variable.values.push(value);
    this.uses.set(target, variable);
  }

  private global(name: string): Variable {
    const taken = name === 'span' || name === 'trace' || name === 'attribute' || isLibrary(name);
    if (taken || name.startsWith('__') || name.startsWith('_E')) throw new NeedsSandbox(`the variable ${name}`);
    let variable = this.byName.get(name);
    if (variable === undefined) this.byName.set(name, (variable = { ...this.variable(0), assigned: true }));
    return variable;
  }

  private variable(depth: number, value?: Expression): Variable {
    return { id: this.count++, assigned: false, values: [value], depth };
  }

  private declare(names: Names, declared: readonly Name[], depth: number, values: readonly Expression[] = []): Names {
    const inside = new Map(names);
    for (const [place, name] of declared.entries()) {
      if (name.name.startsWith('__') || name.name.startsWith('_E')) throw new NeedsSandbox(`the variable ${name.name}`);
      const variable = this.variable(depth, values[place]);
      this.declared.set(name, variable);
      inside.set(name.name, variable);
    }
    return inside;
  }

  private function(node: FunctionExpression, names: Names, depth: number): void {
    if (node.isVariadic) throw new NeedsSandbox('variable arguments');
    this.block(node.body, this.declare(names, node.parameters, depth + 1), depth + 1);
    if (node.body.at(-1)?.type !== 'return') this.mayReturnNothing = true;
  }

  private all(expressions: readonly Expression[], names: Names, depth: number): void {
    for (const expression of expressions) this.expression(expression, names, depth);
  }

  private expression(expression: Expression, names: Names, depth: number): void {
    switch (expression.type) {
      case 'name':
        return this.name(expression, names);
      case 'member':
        return this.expression(expression.object, names, depth);
      case 'index':
        return this.all([expression.object, expression.key], names, depth);
      case 'call':
        return this.call(expression, names, depth);
      case 'method-call':
        return this.all([expression.object, ...expression.args], names, depth);
      case 'string-test':
        return this.all([expression.subject, expression.pattern], names, depth);
      case 'unary':
        return this.expression(expression.operand, names, depth);
      case 'binary':
      case 'logical':
        return this.all([expression.left, expression.right], names, depth);
      case 'parenthesized':
        return this.expression(expression.expression, names, depth);
      case 'table':
        for (const { key, value } of expression.items) this.all(key === undefined ? [value] : [key, value], names, depth);
        return;
      case 'function':
        return this.function(expression, names, depth);
      case 'varargs':
      case 'named-condition':
        throw new NeedsSandbox(expression.type === 'varargs' ? 'variable arguments' : 'where');
    }
  }

  private name(name: Name, names: Names): void {
    const actual = name.name === 'attribute' ? 'span' : name.name;
    const variable = names.get(actual) ?? this.byName.get(actual);
    if (variable !== undefined) this.uses.set(name, variable);
    else if (actual === 'span' || actual === 'trace') this.uses.set(name, actual);
    else if (isLibrary(actual)) this.uses.set(name, 'library');
    // Assigned later, or nowhere.
    else this.uses.set(name, this.global(actual));
  }

  private call(call: Extract<Expression, { type: 'call' }>, names: Names, depth: number): void {
    this.expression(call.callee, names, depth);
    const spanArgs = spanArguments(call);
    if (spanArgs === undefined) return this.all(call.args, names, depth);
    for (const { expression, own, outer, isPlain } of spanArgs) {
      if (isPlain || outer.length > 0) throw new NeedsSandbox('pairs of spans');
      if (expression.type === 'function' || expression.type === 'name') this.expression(expression, names, depth);
      else {
        const span = this.variable(depth + 1);
        this.conditions.set(expression, span);
        this.expression(expression, new Map([...names, ['span', span], ...own.map((name) => [name, span] as const)]), depth + 1);
      }
    }
  }
}

function isLibrary(name: string): boolean {
  return SANDBOX_GLOBALS.has(name) || Object.hasOwn(SANDBOX_LIBRARIES, name);
}
