import { quote } from '../../emit/emit.js';
import type { Block, Expression, FunctionExpression, Name, Statement } from '../../text/syntax.js';
import { refuseSeveralResults } from './calls.js';
import { writeCondition, writeExpression } from './expressions.js';
import { writeLoop, writeNumericLoop } from './loops.js';
import { isNumeric } from './numeric.js';
import { refuseOtherOrder } from './order.js';
import { NeedsSandbox, type Scopes, type Variable } from './scopes.js';
import { type CodeType, type ScriptCode, truthOf, variableName } from './script-code.js';
import { STEPS } from './steps.js';

/**
 * Writes a script as the body of a JavaScript function of `run`, `k` (its constants) and `subject`, which returns whether the script returns a true
 * value. The text consists of fixed templates and quoted names (emit/emit.ts).
 */
export class ScriptWriter {
  /** The steps of the current block. */
  private steps = 0;
  /** The temporaries of the current function. */
  private temporaries: string[] = [];
  private isMain = true;
  private count = 0;
  /** The values of `k[0]`, `k[1]` …: scripts that differ only in these share one function. */
  readonly constants: (string | number | bigint)[] = [];
  private readonly types = new Map<Variable, CodeType>();

  constructor(
    readonly scopes: Scopes,
    private readonly subjectType: 'span' | 'trace',
  ) {}

  /** @throws NeedsSandbox */
  script(block: Block): string {
    this.spend(STEPS.evaluation);
    const globals = this.scopes.globals.map((variable) => `let ${variableName(variable)};\n`).join('');
    const body = this.withTemporaries(() => this.block(block));
    return `run.spend(${this.steps});\n${globals}${body}return false;\n`;
  }

  spend(steps: number): void {
    this.steps += steps;
  }

  /** A variable for an intermediate value of an expression. */
  temporary(): string {
    const name = this.name('t');
    this.temporaries.push(name);
    return name;
  }

  /** A text or number of the script. */
  constant(value: string | number | bigint): string {
    return `k[${this.constants.push(value) - 1}]`;
  }

  /** @throws NeedsSandbox */
  code(expression: Expression): ScriptCode {
    return writeExpression(this, expression);
  }

  /** @throws NeedsSandbox */
  value(expression: Expression): string {
    return this.code(expression).text;
  }

  /** Code for the truth of an expression. @throws NeedsSandbox */
  truth(expression: Expression): string {
    return writeCondition(this, expression);
  }

  /** The judged span of a span rule; trace rules have none. */
  subject(): ScriptCode {
    return this.subjectType === 'span' ? { text: 'subject', type: 'span' } : { text: 'undefined', type: 'nil' };
  }

  /** A unique name. */
  name(beginning: string): string {
    return `${beginning}${this.count++}`;
  }

  /** Notes the type of a variable that never changes. */
  know(variable: Variable, type: CodeType): void {
    if (!variable.assigned) this.types.set(variable, type);
  }

  typeOf(variable: Variable): CodeType {
    let type = this.types.get(variable);
    if (type === undefined) this.types.set(variable, (type = isNumeric(variable, this.scopes) ? 'numeric' : 'any'));
    return type;
  }

  function(node: FunctionExpression): ScriptCode {
    this.spend(STEPS.made);
    const parameters = node.parameters.map((name) => variableName(this.declared(name)));
    return { text: `(${parameters.join(', ')}) => {\n${this.functionBody(() => this.block(node.body))}}`, type: 'function' };
  }

  /** A condition of `trace.has(…)` as a function of the span. */
  condition(span: Variable, expression: Expression): string {
    this.spend(STEPS.made);
    this.know(span, 'span');
    return `(${variableName(span)}) => {\n${this.functionBody(() => `return ${this.value(expression)};\n`)}}`;
  }

  private functionBody(write: () => string): string {
    const { isMain, steps } = this;
    this.isMain = false;
    this.steps = STEPS.call;
    const body = this.withTemporaries(write);
    const text = `run.spend(${this.steps});\n${body}`;
    this.isMain = isMain;
    this.steps = steps;
    return text;
  }

  private withTemporaries(write: () => string): string {
    const outer = this.temporaries;
    this.temporaries = [];
    const text = write();
    const declared = this.temporaries.length === 0 ? '' : `let ${this.temporaries.join(', ')};\n`;
    this.temporaries = outer;
    return declared + text;
  }

  private block(block: Block): string {
    return block.map((statement) => this.statement(statement)).join('');
  }

  /** A block that may run any number of times: it charges its own steps. */
  inner(block: Block, perTurn: number = STEPS.jump, before = '', after: () => string = () => ''): string {
    const { steps } = this;
    this.steps = perTurn;
    const body = this.block(block);
    const end = after();
    const text = `{\nif ((run.left -= ${this.steps}) < 0) bailOut();\n${before}${body}${end}}`;
    this.steps = steps;
    return text;
  }

  private statement(statement: Statement): string {
    this.spend(STEPS.statement);
    switch (statement.type) {
      case 'local':
        return this.local(statement.names, statement.values);
      case 'local-function': {
        const variable = this.declared(statement.name);
        return `let ${variableName(variable)} = ${this.function(statement.function).text};\n`;
      }
      case 'function-statement':
        return this.assign([statement.target], [this.function(statement.function).text]);
      case 'assignment':
        return this.assignment(statement.targets, statement.values);
      case 'call-statement':
        return `${this.value(statement.call)};\n`;
      case 'do':
        return `${this.inner(statement.body)}\n`;
      case 'while': {
        this.spend(2 * STEPS.jump);
        const { steps } = this;
        this.steps = 0;
        const condition = writeCondition(this, statement.condition);
        const each = this.steps;
        this.steps = steps + each;
        return `while (${condition}) ${this.inner(statement.body, each + STEPS.jump)}\n`;
      }
      case 'repeat': {
        const body = this.inner(statement.body, STEPS.jump, '', () => `if (${writeCondition(this, statement.condition)}) break;\n`);
        return `for (;;) ${body}\n`;
      }
      case 'if': {
        const branches = statement.branches.map(({ condition, body }) => `if (${writeCondition(this, condition)}) ${this.inner(body)}`);
        const otherwise = statement.otherwise === undefined ? '' : ` else ${this.inner(statement.otherwise)}`;
        return `${branches.join(' else ')}${otherwise}\n`;
      }
      case 'for':
        return writeNumericLoop(this, statement);
      case 'for-in':
        return writeLoop(this, statement);
      case 'return':
        return this.result(statement.values);
      case 'break':
        return 'break;\n';
    }
  }

  private local(names: readonly Name[], values: readonly Expression[]): string {
    if (values.length < names.length) refuseSeveralResults(values.at(-1));
    const codes = values.map((value) => writeExpression(this, value));
    const declarations = names.map((name, place) => {
      const variable = this.declared(name);
      const code = codes[place] ?? { text: 'undefined', type: 'nil' };
      this.know(variable, code.type);
      return `let ${variableName(variable)} = ${code.text};\n`;
    });
    return [...declarations, ...codes.slice(names.length).map(({ text }) => `${text};\n`)].join('');
  }

  private assignment(targets: readonly Expression[], values: readonly Expression[]): string {
    if (values.length < targets.length) refuseSeveralResults(values.at(-1));
    const read = targets.flatMap((target) =>
      target.type === 'member' ? [target.object] : target.type === 'index' ? [target.object, target.key] : [],
    );
    refuseOtherOrder(this.scopes, read, [...targets, ...values]);
    if (targets.length === 1 && values.length === 1) return this.assign(targets, [this.value(values[0]!)]);
    // All targets and values are evaluated before any assignment; the last target is assigned first.
    const places = targets.map((target) => this.place(target, true));
    const temporaries = values.map((value) => {
      const text = this.value(value);
      const name = this.temporary();
      return { name, text: `${name} = ${text};\n` };
    });
    const before = [...places.map(({ before }) => before), ...temporaries.map(({ text }) => text)];
    const sets = places.map(({ set }, place) => set(temporaries[place]?.name ?? 'undefined'));
    return [...before, ...sets.reverse()].join('');
  }

  private assign(targets: readonly Expression[], [text]: readonly string[]): string {
    const { before, set } = this.place(targets[0]!, false);
    return before + set(text!);
  }

  /** An assignment target: its preparation, and the statement that assigns. */
  private place(target: Expression, keep: boolean): { readonly before: string; set(value: string): string } {
    if (target.type === 'name') {
      const variable = this.scopes.uses.get(target) as Variable;
      return { before: '', set: (value) => `${variableName(variable)} = ${value};\n` };
    }
    if (target.type !== 'member' && target.type !== 'index') throw new NeedsSandbox('what it assigns to');
    this.spend(STEPS.member);
    const { text: object, type } = this.code(target.object);
    const key = target.type === 'member' ? quote(target.name) : this.value(target.key);
    const writeSet = (o: string, k: string, value: string): string =>
      type === 'own table' ? `${o}.set(${k}, ${value});\n` : `setIndex(${o}, ${k}, ${value});\n`;
    if (!keep) return { before: '', set: (value) => writeSet(object, key, value) };
    const o = this.temporary();
    const k = this.temporary();
    return { before: `${o} = ${object};\n${k} = ${key};\n`, set: (value) => writeSet(o, k, value) };
  }

  private result(values: readonly Expression[]): string {
    if (!this.isMain) return `return ${values.length === 0 ? 'undefined' : this.value(values[0]!)};\n`;
    const [first = 'false', ...others] = values.map((value) => truthOf(writeExpression(this, value)));
    if (others.length === 0) return `return ${first};\n`;
    const temporary = this.temporary();
    return `${temporary} = ${first};\n${others.map((other) => `${other};\n`).join('')}return ${temporary};\n`;
  }

  declared(name: Name): Variable {
    return this.scopes.declared.get(name) as Variable;
  }
}
