import { LIBRARY } from './library.js';
import { type ArithmeticOperator, luaArithmetic, luaBitwiseNot, luaNegate } from './lua-arithmetic.js';
import { LuaError } from './lua-error.js';
import { isTruthy, luaEquals, luaIndex, luaLength, luaLess, luaLessOrEqual } from './lua-value.js';
import type { BinaryNode, Resolved, SpanSource, StringTestNode, TraceQuantifier, UnaryNode } from './resolved.js';
import { readField, readTable, rootOf, servicesOf, traceDuration } from './span-values.js';
import type { SpanView, TraceView } from './span-view.js';
import { stringTest, subjectText } from './string-tests.js';
import type { Value } from './value.js';

/** Where a tree is evaluated. */
export interface Environment {
  readonly trace: TraceView;
  /** The span a span rule judges. */
  readonly subject?: SpanView;
  /** Called when a condition inside a trace function fails on a span: that span does not satisfy it, evaluation goes on. */
  onSpanError?(node: TraceQuantifier, span: SpanView, error: LuaError): void;
}

/**
 * Evaluates a checked tree directly, without compiling: the reference semantics, and what explanations use.
 * @throws LuaError when the rule's own evaluation fails (it is then no match)
 */
export function interpret(node: Resolved, environment: Environment): Value {
  return new Interpreter(environment).value(node);
}

/** Is the rule (or condition) true: `undefined` when its evaluation failed with the error given to `onError`. */
export function interpretCondition(node: Resolved, environment: Environment, onError?: (error: LuaError) => void): boolean | undefined {
  try {
    return isTruthy(interpret(node, environment));
  } catch (error) {
    if (!(error instanceof LuaError)) throw error;
    onError?.(error);
    return undefined;
  }
}

class Interpreter {
  readonly #environment: Environment;
  /** The spans being tested, by depth of the trace function. */
  readonly #bound: SpanView[] = [];

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  value(node: Resolved): Value {
    switch (node.type) {
      case 'literal':
        return node.value;
      case 'field':
        return readField(this.#span(node.span), node.field);
      case 'attribute':
        return this.#span(node.span).attribute(node.key);
      case 'resource-attribute':
        return this.#span(node.span).resourceAttribute(node.key);
      case 'has-attribute':
        return this.#span(node.span).attribute(node.key) !== undefined;
      case 'span':
        return this.#find(node.span) === undefined ? undefined : true;
      case 'span-table':
        return readTable(this.#span(node.span), node.table);
      case 'trace-field':
        return this.#traceField(node.field);
      case 'trace-services':
        return servicesOf(this.#environment.trace);
      case 'trace-quantifier':
        return this.#quantify(node);
      case 'index':
        return luaIndex(this.value(node.object), this.value(node.key));
      case 'string-test':
        return this.#stringTest(node);
      case 'library-call':
        return LIBRARY[node.function].call(node.args.map((argument) => this.value(argument)));
      case 'unary':
        return this.#unary(node);
      case 'binary':
        return this.#binary(node);
      case 'logical': {
        const left = this.value(node.left);
        return isTruthy(left) === (node.operator === 'and') ? this.value(node.right) : left;
      }
    }
  }

  #span(source: SpanSource): SpanView {
    const span = this.#find(source);
    if (span === undefined) throw new LuaError('attempt to index a nil value');
    return span;
  }

  #find(source: SpanSource): SpanView | undefined {
    switch (source.type) {
      case 'subject':
        return this.#environment.subject;
      case 'bound':
        return this.#bound[source.depth];
      case 'root':
        return rootOf(this.#environment.trace);
      case 'nth': {
        const index = this.value(source.index);
        return typeof index === 'number' ? this.#environment.trace.spans[index - 1] : undefined;
      }
    }
  }

  #traceField(field: 'id' | 'duration' | 'span_count'): Value {
    const { trace } = this.#environment;
    return field === 'id' ? trace.id : field === 'duration' ? traceDuration(trace) : trace.spans.length;
  }

  #quantify(node: TraceQuantifier): Value {
    const { spans } = this.#environment.trace;
    if (node.quantifier === 'has') return spans.some((span) => this.#holds(node, span));
    if (node.quantifier === 'all') return spans.every((span) => this.#holds(node, span));
    return spans.reduce((count, span) => (this.#holds(node, span) ? count + 1 : count), 0);
  }

  #holds(node: TraceQuantifier, span: SpanView): boolean {
    this.#bound[node.depth] = span;
    try {
      return isTruthy(this.value(node.condition));
    } catch (error) {
      if (!(error instanceof LuaError)) throw error;
      this.#environment.onSpanError?.(node, span, error);
      return false;
    }
  }

  #stringTest(node: StringTestNode): Value {
    const subject = this.value(node.subject);
    if (node.compiled !== undefined) return node.compiled.test(subjectText(subject));
    return stringTest(node.test, subject, this.value(node.pattern));
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
    const left = this.value(node.left);
    const right = this.value(node.right);
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
