import { type Enough, SpanFunctions, type SpanFunctionsHost } from '../trace/span-functions.js';
import { isBefore } from '../trace/span-order.js';
import { readField, readTable, rootOf, servicesOf, traceDuration } from '../trace/span-values.js';
import type { SpanView, TraceView } from '../trace/span-view.js';
import { TraceStructure } from '../trace/trace-structure.js';
import {
  type BinaryNode,
  isMethod,
  type LogicalNode,
  type Resolved,
  type SpanSource,
  type StringTestNode,
  type TraceQuantifier,
  type UnaryNode,
} from '../tree/resolved.js';
import { DEFAULT_TOLERANCE } from '../tree/span-relation.js';
import { partsOf, spanOf } from '../tree/walk.js';
import { isTypeFailure } from '../values/is-type-failure.js';
import { BudgetExceeded, PatternExceeded, StepsExceeded } from '../values/lua/budget-exceeded.js';
import { callLibrary } from '../values/lua/library.js';
import { type ArithmeticOperator, luaArithmetic, luaBitwiseNot, luaNegate } from '../values/lua/lua-arithmetic.js';
import { LuaError } from '../values/lua/lua-error.js';
import { isNumber, isTruthy, luaEquals, luaIndex, luaLength, luaLess, luaLessOrEqual, luaType } from '../values/lua/lua-value.js';
import type { StepLimit } from '../values/lua/step-limit.js';
import { stringTest, subjectText } from '../values/lua/string-tests.js';
import type { Value } from '../values/value.js';

/** The context of an evaluation. */
export interface InterpreterContext {
  readonly trace: TraceView;
  /** The span a span rule judges. */
  readonly subject?: SpanView;
  /** Called when a condition inside a trace function fails on a span. Evaluation continues; the span does not satisfy the condition, unless this returns true. */
  onSpanError?(test: Resolved, span: SpanView, error: LuaError): boolean;
  /** Called for a test that exceeds its steps, with the span whose text it tests, if any. Returns the assumed result; undefined: the evaluation ends. */
  onDoubt?(test: StringTestNode, span: SpanView | undefined): boolean | undefined;
}

/**
 * Evaluates a checked tree directly, without compiling: the reference semantics, and what explanations use.
 * @throws LuaError when the rule's own evaluation fails (it is then no match)
 */
export function interpret(node: Resolved, environment: InterpreterContext): Value {
  return new Interpreter(environment).value(node);
}

/** Whether the rule (or condition) is true; undefined when its evaluation failed with the error given to `onError`. */
export function interpretCondition(
  node: Resolved,
  environment: InterpreterContext,
  onError?: (error: LuaError) => void,
): boolean | undefined {
  try {
    return isTruthy(interpret(node, environment));
  } catch (error) {
    if (!(error instanceof LuaError)) throw error;
    onError?.(error);
    return undefined;
  }
}

/** One evaluation, or one for each subject span in turn. */
export class Interpreter implements SpanFunctionsHost {
  readonly #environment: InterpreterContext;
  readonly #functions: SpanFunctions;
  #subject: SpanView | undefined;
  /** The tested spans, by depth of the trace function. */
  readonly #bound: SpanView[] = [];
  /** Answers about a trace that need a pass over all of its spans, kept once computed. */
  #root: { readonly span: SpanView | undefined } | undefined;
  #duration: number | bigint | undefined;
  #services: readonly string[] | undefined;

  /** `functions` evaluates functions over spans; an alternative may only be faster. Without a `limit` the steps are unbounded. */
  constructor(
    environment: InterpreterContext,
    functions: (host: SpanFunctionsHost) => SpanFunctions = (host) => new SpanFunctions(host),
    private readonly limit?: StepLimit,
  ) {
    this.#environment = environment;
    this.#subject = environment.subject;
    this.#functions = functions(this);
  }

  get trace(): TraceView {
    return this.#environment.trace;
  }

  get structure(): TraceStructure {
    return TraceStructure.of(this.trace, this);
  }

  spend(steps: number): void {
    this.limit?.spend(steps);
  }

  /** From now on this span is the subject. */
  judge(subject: SpanView): void {
    this.#subject = subject;
  }

  bind(depth: number, span: SpanView): void {
    this.#bound[depth] = span;
  }

  spanError(test: Resolved, span: SpanView, error: LuaError): boolean {
    return this.#environment.onSpanError?.(test, span, error) === true;
  }

  value(node: Resolved): Value {
    this.limit?.spend(1);
    switch (node.type) {
      case 'literal':
        return node.value;
      case 'field':
        return readField(this.span(node.span), node.field);
      case 'attribute':
        return this.span(node.span).attribute(node.key);
      case 'resource-attribute':
        return this.span(node.span).resourceAttribute(node.key);
      case 'has-attribute':
        return this.span(node.span).attribute(node.key) !== undefined;
      case 'span':
        return this.#find(node.span) === undefined ? undefined : true;
      case 'span-table':
        return readTable(this.span(node.span), node.table);
      case 'trace-field':
        return this.#traceField(node.field);
      case 'trace-services':
        this.#services ??= servicesOf(this.trace);
        return this.#services;
      case 'trace-quantifier':
        return this.#functions.quantify(node);
      case 'trace-pair':
        return this.#functions.relate(node);
      case 'trace-aggregate':
        return this.#functions.aggregate(node);
      case 'trace-depth':
        return this.structure.depth;
      case 'span-order':
        return this.#isBefore(this.span(node.first), this.span(node.second), this.tolerance(node.tolerance));
      case 'index':
        return luaIndex(this.value(node.object), this.value(node.key));
      case 'string-test':
        return this.#stringTest(node);
      case 'library-call':
        return callLibrary(
          node.function,
          node.args.map((argument) => this.value(argument)),
          isMethod(node),
        );
      case 'unary':
        return this.#unary(node);
      case 'binary':
        return this.#binary(node);
      case 'logical': {
        if (node.unordered === true) return this.#unordered(node);
        const left = this.value(node.left);
        return isTruthy(left) === (node.operator === 'and') ? this.value(node.right) : left;
      }
    }
  }

  /** See `unordered.ts`. Where neither operand decides, a failure on a missing value is no match, and one on a wrong type may be one. */
  #unordered({ left, right, operator }: LogicalNode): Value {
    const goesOn = operator === 'and';
    let failure: LuaError | undefined;
    try {
      const first = this.value(left);
      if (isTruthy(first) !== goesOn) return first;
    } catch (error) {
      if (!(error instanceof LuaError) || error instanceof BudgetExceeded) throw error;
      failure = error;
    }
    try {
      const second = this.value(right);
      if (failure === undefined || isTruthy(second) !== goesOn) return second;
    } catch (error) {
      if (!(error instanceof LuaError) || error instanceof BudgetExceeded) throw error;
      if (failure === undefined || isTypeFailure(failure.message) === goesOn) throw error;
    }
    throw failure;
  }

  /** @throws LuaError if no span exists */
  span(source: SpanSource): SpanView {
    const span = this.#find(source);
    if (span === undefined) throw new LuaError('attempt to index a nil value');
    return span;
  }

  #find(source: SpanSource): SpanView | undefined {
    switch (source.type) {
      case 'subject':
        return this.#subject;
      case 'bound':
        return this.#bound[source.depth];
      case 'root':
        this.#root ??= { span: rootOf(this.trace) };
        return this.#root.span;
      case 'nth': {
        const index = this.value(source.index);
        return typeof index === 'number' ? this.#environment.trace.spans[index - 1] : undefined;
      }
      case 'parent':
        return this.structure.parent(this.span(source.of));
    }
  }

  #traceField(field: 'id' | 'duration' | 'span_count'): Value {
    const { trace } = this;
    if (field !== 'duration') return field === 'id' ? trace.id : trace.spans.length;
    this.#duration ??= traceDuration(trace);
    return this.#duration;
  }

  #isBefore(first: SpanView, second: SpanView, tolerance: number | bigint): boolean {
    const { structure } = this;
    const before = structure.visits;
    const answer = isBefore(first, second, tolerance, structure);
    this.spend(structure.visits - before);
    return answer;
  }

  /** Nanoseconds of an optional argument. @throws LuaError unless it is a number */
  nanoseconds(argument: Resolved | undefined): number | bigint | undefined {
    if (argument === undefined) return undefined;
    const value = this.value(argument);
    if (isNumber(value)) return value;
    throw new LuaError(`bad argument (number expected, got ${luaType(value)})`);
  }

  /** The maximum difference of clocks. @throws LuaError unless it is a number */
  tolerance(argument: Resolved | undefined): number | bigint {
    return this.nanoseconds(argument) ?? this.trace.tolerance ?? DEFAULT_TOLERANCE;
  }

  #stringTest(node: StringTestNode): Value {
    const subject = this.value(node.subject);
    if (node.test !== 'matches') return stringTest(node.test, subject, this.value(node.pattern));
    try {
      return this.#matches(node, subject);
    } catch (error) {
      const answer = error instanceof PatternExceeded ? this.#environment.onDoubt?.(node, this.#read(node)) : undefined;
      if (answer === undefined) throw error;
      return answer;
    }
  }

  /** The first span that a part reads. */
  #read(node: Resolved): SpanView | undefined {
    const source = spanOf(node);
    if (source !== undefined) return this.#find(source);
    for (const part of partsOf(node)) {
      const span = this.#read(part);
      if (span !== undefined) return span;
    }
    return undefined;
  }

  #matches(node: StringTestNode, subject: Value): boolean {
    if (node.compiled === undefined) return stringTest(node.test, subject, this.value(node.pattern), this.limit);
    const text = subjectText(subject);
    if (this.limit === undefined) return node.compiled.test(text);
    return READINGS.has(node.subject.type) ? this.limit.matchesHeld(node.compiled, text) : this.limit.matches(node.compiled, text);
  }

  /** A compared count stops at the number that decides the comparison. */
  #operands({ left, right, operator }: BinaryNode): readonly [Value, Value] {
    if (isCount(left)) {
      const limit = this.#limit(operator, right);
      if (limit !== undefined) return [this.#functions.countUpTo(left, enough(operator, limit)), limit];
    } else if (isCount(right)) {
      const limit = this.#limit(operator, left);
      if (limit !== undefined) return [limit, this.#functions.countUpTo(right, enough(MIRRORED[operator] ?? operator, limit))];
    }
    return [this.value(left), this.value(right)];
  }

  /** The number that a count is compared with, if reading it first costs nothing. */
  #limit(operator: BinaryNode['operator'], node: Resolved): number | bigint | undefined {
    if (!COMPARISONS.has(operator) || !READINGS.has(node.type)) return undefined;
    try {
      const value = this.value(node);
      return isNumber(value) ? value : undefined;
    } catch (error) {
      if (error instanceof LuaError && !(error instanceof StepsExceeded)) return undefined;
      throw error;
    }
  }

  #unary(node: UnaryNode): Value {
    const operand = this.value(node.operand);
    switch (node.operator) {
      case 'not':
        return !isTruthy(operand);
      case '-':
        return luaNegate(operand);
      case '#':
        return luaLength(operand);
      case '~':
        return luaBitwiseNot(operand);
    }
  }

  #binary(node: BinaryNode): Value {
    const [left, right] = this.#operands(node);
    switch (node.operator) {
      case '==':
        return luaEquals(left, right);
      case '~=':
        return !luaEquals(left, right);
      case '<':
        return luaLess(left, right);
      case '<=':
        return luaLessOrEqual(left, right);
      case '>':
        return luaLess(right, left);
      case '>=':
        return luaLessOrEqual(right, left);
      default:
        return luaArithmetic(node.operator as ArithmeticOperator, left, right);
    }
  }
}

const COMPARISONS: ReadonlySet<string> = new Set(['==', '~=', '<', '<=', '>', '>=']);
const MIRRORED: Readonly<Partial<Record<BinaryNode['operator'], BinaryNode['operator']>>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' };
const READINGS: ReadonlySet<Resolved['type']> = new Set(['literal', 'field', 'attribute', 'resource-attribute'] as const);

function isCount(node: Resolved): node is TraceQuantifier {
  return node.type === 'trace-quantifier' && node.quantifier === 'count';
}

/** With this many counted, `count operator limit` has the same value for any larger count. */
function enough(operator: BinaryNode['operator'], limit: number | bigint): Enough {
  return operator === '>=' || operator === '<' ? (count) => count >= limit : (count) => count > limit;
}
