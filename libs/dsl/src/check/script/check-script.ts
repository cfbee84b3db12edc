import { luaText } from '../../sandbox/bridge/lua-text.js';
import { scriptProblem } from '../../sandbox/sandbox.js';
import type { Source } from '../../text/source.js';
import { suggest } from '../../text/suggest.js';
import type { Block, Expression, FunctionExpression, Name, Statement } from '../../text/syntax.js';
import type { Checked, CheckedScript } from '../../tree/rule.js';
import { withoutParentheses } from '../../tree/without-parentheses.js';
import { compilePattern, PatternError } from '../../values/pattern.js';
import { knownNames, SANDBOX_GLOBALS, SANDBOX_LIBRARIES, UNAVAILABLE } from '../../vocabulary/lua-names.js';
import { spanArguments } from '../../vocabulary/span-function-call.js';
import { SPAN_FIELDS, SPAN_FUNCTIONS, STRING_TEST_FUNCTIONS, TRACE_FIELDS, TRACE_FUNCTIONS } from '../../vocabulary/vocabulary.js';
import { refuseNot } from '../foreign/refuse-not.js';
import { Findings } from '../scope/scope.js';
import { assignedNames, blocksOf, type Holding, holdingOf, holdingsOfLoop, type Locals } from '../scope/script-locals.js';
import { refuseIterator } from './iterator.js';
import { judgedLoop } from './judged-loop.js';
import { namesAsConditions, numberNames, valuesOfNames } from './number-names.js';
import { judgeFlow } from './script-flow.js';
import { scriptGuards } from './script-guards.js';
import { scriptMeaning } from './script-meaning.js';
import { judgeValues } from './script-values.js';
import { listAsSet } from './tables/list-as-set.js';
import { neverFilled } from './tables/never-filled.js';
import { neverSet } from './tables/never-set.js';
import { newTable } from './tables/new-table.js';
import { nilKeys } from './tables/nil-key.js';
import { testedTexts } from './tables/tested-texts.js';
import { unreadSpan } from './unread-span.js';

/** Checks the names in a script; the values are known only at run time. */
export function checkScript(source: Source, block: Block, { isWhenForm, judgesMeaning }: Findings): Checked {
  const findings = new Findings(source, { isWhenForm, judgesMeaning });
  const checker = new ScriptChecker(findings);
  checker.checkRule(block);
  const lua = findings.hasErrors ? '' : luaText(source, block);
  const reason = findings.hasErrors ? undefined : scriptProblem(lua);
  if (reason !== undefined) findings.report('BT_DSL_SCRIPT', { start: 0, end: source.text.length }, { reason });
  const diagnostics = findings.diagnostics.toSorted((a, b) => a.range.start - b.range.start);
  if (findings.hasErrors) return { ok: false, diagnostics };
  const subject = findings.usesSubject || !findings.usesTrace ? 'span' : 'trace';
  const guards = scriptGuards(source, block);
  const rule: CheckedScript = {
    kind: 'script',
    text: source.text,
    block,
    lua,
    // In a script about the trace, `span` is an ordinary global.
    guards: subject === 'trace' && guards.usesSubject ? [] : guards.conditions,
    ...(subject === 'trace' && guards.loop !== undefined ? { loop: guards.loop } : {}),
    subject,
    usesTrace: findings.usesTrace,
    warnings: diagnostics,
  };
  return { ok: true, rule, diagnostics };
}

/** Names with a meaning in rules that differs from Lua's. */
const RESERVED: ReadonlySet<string> = new Set(['trace', 'attribute']);

class ScriptChecker {
  readonly #findings: Findings;
  /** Names that the script assigns without `local`: they exist during one evaluation. */
  readonly #globals = new Set<string>();
  #returnsValue = false;
  #mayMatch = false;
  #numbers: ReadonlySet<string> = new Set();
  #assigned: ReadonlySet<string> = new Set();
  #tested: ReadonlySet<string> = new Set();

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  checkRule(block: Block): void {
    this.#collectGlobals(block);
    this.#assigned = assignedNames(block);
    const values = this.#findings.judgesMeaning ? valuesOfNames(block) : undefined;
    if (values !== undefined) this.#numbers = numberNames(values);
    this.#tested = testedTexts(this.#findings.source, block);
    this.#block(block, new Map(), true);
    if (values !== undefined && !this.#findings.isWhenForm && !this.#findings.hasErrors) {
      judgeFlow(block, this.#findings);
      neverSet(block, this.#findings);
      nilKeys(block, this.#assigned, this.#findings);
      neverFilled(block, values, this.#findings);
      judgeValues(block, values, this.#findings);
    }
    if (!this.#returnsValue) {
      const end = this.#findings.source.text.length;
      this.#findings.report('BT_DSL_NO_RETURN', { start: end, end }, {}, { expected: 'return <condition>' });
    } else if (!this.#mayMatch) {
      const range = { start: block.at(0)?.range.start ?? 0, end: block.at(-1)?.range.end ?? 0 };
      this.#findings.report(
        'BT_DSL_NEVER',
        range,
        { reason: 'every value that the script returns is false' },
        { expected: 'return true where the rule is violated' },
      );
    }
  }

  #collectGlobals(block: Block): void {
    for (const statement of block) {
      if (statement.type === 'assignment')
        for (const target of statement.targets) if (target.type === 'name') this.#globals.add(target.name);
      if (statement.type === 'function-statement' && statement.target.type === 'name') this.#globals.add(statement.target.name);
      for (const inner of blocksOf(statement)) this.#collectGlobals(inner);
    }
  }

  #block(block: Block, outer: Locals, isMain: boolean): Locals {
    let locals = outer;
    for (const statement of block) locals = this.#statement(statement, locals, isMain);
    return locals;
  }

  /** Returns the locals in scope after the statement. */
  #statement(statement: Statement, locals: Locals, isMain: boolean): Locals {
    switch (statement.type) {
      case 'local':
        this.#values(statement.values, locals);
        return this.#declare(
          locals,
          statement.names,
          statement.values.map((value) => holdingOf(value, locals)),
        );
      case 'local-function': {
        const inside = this.#declare(locals, [statement.name]);
        this.#function(statement.function, inside);
        return inside;
      }
      case 'function-statement':
        this.#expression(statement.target, locals);
        this.#function(statement.function, statement.isMethod ? new Map([...locals, ['self', 'unknown']]) : locals);
        return locals;
      case 'assignment':
        this.#values(statement.values, locals);
        for (const target of statement.targets) this.#target(target, locals);
        return locals;
      case 'call-statement':
        this.#value(statement.call, locals);
        return locals;
      case 'do':
        this.#block(statement.body, locals, isMain);
        return locals;
      case 'while':
        this.#condition(statement.condition, locals);
        this.#block(statement.body, locals, isMain);
        return locals;
      case 'repeat':
        this.#condition(statement.condition, this.#block(statement.body, locals, isMain));
        return locals;
      case 'if':
        for (const branch of statement.branches) {
          this.#condition(branch.condition, locals);
          this.#block(branch.body, locals, isMain);
        }
        this.#block(statement.otherwise ?? [], locals, isMain);
        return locals;
      case 'for':
        judgedLoop(statement, this.#findings);
        this.#values(statement.bounds, locals);
        this.#block(statement.body, this.#declare(locals, [statement.variable]), isMain);
        return locals;
      case 'for-in':
        refuseIterator(statement, this.#findings);
        unreadSpan(statement, this.#findings);
        this.#values(statement.iterators, locals);
        this.#block(statement.body, this.#declare(locals, statement.names, holdingsOfLoop(statement, locals)), isMain);
        return locals;
      case 'return':
        // A function may return any value.
        if (isMain && statement.values.length === 1) this.#result(statement.values[0] as Expression, locals);
        else this.#values(statement.values, locals);
        if (isMain && statement.values.length > 0) {
          this.#returnsValue = true;
          const [{ type, ...value }] = statement.values as [Expression];
          if (type !== 'nil' && !(type === 'boolean' && 'value' in value && value.value === false)) this.#mayMatch = true;
        }
        return locals;
      case 'break':
        return locals;
    }
  }

  #declare(locals: Locals, names: readonly Name[], holdings: readonly Holding[] = []): Locals {
    for (const { name, range } of names) if (RESERVED.has(name)) this.#findings.report('BT_DSL_RESERVED', range, { name });
    const declared = names.map(({ name }, index) => [name, this.#assigned.has(name) ? 'unknown' : (holdings[index] ?? 'unknown')] as const);
    return new Map([...locals, ...declared]);
  }

  #target(target: Expression, locals: Locals): void {
    if (target.type === 'name' && RESERVED.has(target.name)) this.#findings.report('BT_DSL_RESERVED', target.range, { name: target.name });
    else this.#expression(target, locals);
  }

  #function(node: FunctionExpression, locals: Locals): void {
    this.#block(node.body, this.#declare(locals, node.parameters), false);
  }

  #condition(expression: Expression, locals: Locals): void {
    this.#expression(expression, locals);
    // Another check reports constants as conditions.
    for (const name of namesAsConditions(expression)) if (typeof locals.get(name.name) !== 'object') this.#number(name);
    this.#meaning(expression, true, locals);
  }

  #number({ name, range }: Name): void {
    if (this.#numbers.has(name)) this.#findings.report('BT_DSL_NUMBER_CONDITION', range, { text: name }, { expected: `${name} > …` });
  }

  /** `return slow > 3 and "too slow"` depends on its first operand alone; `return 1` is always true. */
  #result(expression: Expression, locals: Locals): void {
    const whole = withoutParentheses(expression);
    if (whole.type === 'name') this.#number(whole);
    const isCommented = whole.type === 'logical' && whole.operator === 'and' && isComment(whole.right, locals);
    this.#expression(expression, locals);
    if (isCommented) this.#meaning(whole.left, true, locals);
    else this.#meaning(expression, !isConstant(whole, locals), locals);
  }

  #value(expression: Expression, locals: Locals): void {
    this.#expression(expression, locals);
    this.#meaning(expression, false, locals);
  }

  #values(expressions: readonly Expression[], locals: Locals): void {
    for (const expression of expressions) this.#value(expression, locals);
  }

  #meaning(expression: Expression, isCondition: boolean, locals: Locals): void {
    if (!this.#findings.judgesMeaning || this.#findings.isWhenForm) return;
    const names = new Map<string, Holding>([...[...this.#globals].map((name) => [name, 'unknown'] as const), ...locals]);
    const diagnostics = scriptMeaning(expression, isCondition, names, (text) => this.#tested.has(text), this.#findings);
    for (const diagnostic of diagnostics) this.#findings.add(diagnostic);
  }

  #all(expressions: readonly Expression[], locals: Locals): void {
    for (const expression of expressions) this.#expression(expression, locals);
  }

  #expression(expression: Expression, locals: Locals): void {
    switch (expression.type) {
      case 'name':
        return this.#name(expression, locals);
      case 'member':
        this.#expression(expression.object, locals);
        return this.#member(expression, locals);
      case 'index':
        listAsSet(expression, locals, this.#findings);
        return this.#all([expression.object, expression.key], locals);
      case 'call':
        return this.#call(expression, locals);
      case 'method-call':
        return this.#all([expression.object, ...expression.args], locals);
      case 'string-test':
        refuseNot(expression, this.#findings);
        this.#all([expression.subject, expression.pattern], locals);
        return this.#pattern(expression);
      case 'unary':
        return this.#expression(expression.operand, locals);
      case 'binary':
        refuseNot(expression, this.#findings);
        newTable(expression, this.#findings);
        return this.#all([expression.left, expression.right], locals);
      case 'logical':
        return this.#all([expression.left, expression.right], locals);
      case 'table':
        return this.#all(
          expression.items.flatMap(({ key, value }) => (key === undefined ? [value] : [key, value])),
          locals,
        );
      case 'function':
        return this.#function(expression, locals);
      case 'parenthesized':
        return this.#expression(expression.expression, locals);
      case 'named-condition':
        return this.#findings.report('BT_DSL_NOT_AN_ARGUMENT', expression.range, { name: expression.name.name });
    }
  }

  #name({ name, range }: Name, locals: Locals): void {
    const actual = name === 'attribute' ? 'span' : name;
    if (locals.has(actual) || this.#globals.has(actual)) return;
    if (actual === 'span') this.#findings.usesSubject = true;
    else if (actual === 'trace') this.#findings.usesTrace = true;
    else if (UNAVAILABLE.has(name)) this.#findings.report('BT_DSL_UNAVAILABLE', range, { name });
    else if (!SANDBOX_GLOBALS.has(name) && !Object.hasOwn(SANDBOX_LIBRARIES, name)) {
      const suggestion = suggest(name, [...knownNames(), ...locals.keys(), ...this.#globals]);
      const fix = suggestion === undefined ? undefined : { range, text: suggestion };
      this.#findings.report('BT_DSL_UNKNOWN_NAME', range, { name }, { suggestion, fix });
    }
  }

  #withSpans(locals: Locals, names: readonly string[]): Locals {
    return new Map([...locals, ...names.map((name) => [name, 'unknown'] as const)]);
  }

  /** Checks the fields of `span`, `trace` and the library tables unless the name is a local, and of locals with known content. */
  #member({ object, name, nameRange }: Extract<Expression, { type: 'member' }>, locals: Locals): void {
    if (object.type !== 'name' || this.#globals.has(object.name)) return;
    const holding = locals.get(object.name);
    if (
      holding === 'unknown' ||
      holding === 'texts' ||
      typeof holding === 'object' ||
      (holding !== undefined && !this.#findings.judgesMeaning)
    )
      return;
    const owner = holding ?? object.name;
    const members = Object.hasOwn(KNOWN_MEMBERS, owner) ? KNOWN_MEMBERS[owner] : undefined;
    if (members === undefined || members.has(name)) return;
    const isLibrary = holding === undefined && Object.hasOwn(SANDBOX_LIBRARIES, object.name);
    const suggestion = suggest(name, members);
    const fix = suggestion === undefined ? undefined : { range: nameRange, text: suggestion };
    const code = isLibrary ? 'BT_DSL_UNKNOWN_FUNCTION' : 'BT_DSL_UNKNOWN_FIELD';
    this.#findings.report(code, nameRange, { object: object.name, name }, { suggestion, fix });
  }

  #call(call: Extract<Expression, { type: 'call' }>, locals: Locals): void {
    const { callee, args } = call;
    this.#expression(callee, locals);
    // The condition of trace.has(…) concerns the tested span; in the function form it is the parameter.
    const spanFunction = spanArguments(call);
    if (spanFunction === undefined) return this.#all(args, locals);
    for (const argument of args) if (argument.type === 'named-condition') this.#declare(locals, [argument.name]);
    for (const { expression, own, outer, isPlain } of spanFunction) {
      this.#expression(expression, isPlain ? locals : this.#withSpans(locals, ['span', ...own, ...outer]));
    }
  }

  #pattern({ test, pattern }: Extract<Expression, { type: 'string-test' }>): void {
    if (test !== 'matches' || pattern.type !== 'string') return;
    try {
      compilePattern(pattern.value);
    } catch (error) {
      if (!(error instanceof PatternError)) throw error;
      this.#findings.report('BT_DSL_PATTERN', pattern.range, { reason: error.message }, { expected: 'RE2 syntax' });
    }
  }
}

/** Whether it is a description of the violation: a text, a number, or a table of several. */
function isComment(expression: Expression, locals: Locals): boolean {
  return isConstant(expression, locals) || expression.type === 'table';
}

function isConstant(expression: Expression, locals: Locals): boolean {
  return typeof holdingOf(expression, locals) === 'object';
}

const KNOWN_MEMBERS: Readonly<Record<string, ReadonlySet<string>>> = {
  span: new Set([...SPAN_FIELDS, ...SPAN_FUNCTIONS].map(({ name }) => name)),
  trace: new Set([...TRACE_FIELDS, ...TRACE_FUNCTIONS].map(({ name }) => name)),
  event: new Set(['name', 'time', 'attributes']),
  link: new Set(['trace_id', 'span_id', 'attributes']),
  ...SANDBOX_LIBRARIES,
  string: new Set([...(SANDBOX_LIBRARIES.string ?? []), ...STRING_TEST_FUNCTIONS.map(({ name }) => name)]),
};
