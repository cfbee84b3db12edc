import { BudgetExceeded, PatternExceeded, StepsExceeded } from '../budget-exceeded.js';
import { Interpreter } from '../interpret.js';
import { LuaError } from '../lua-error.js';
import { isTruthy } from '../lua-value.js';
import type { Resolved } from '../resolved.js';
import type { CheckedExpression } from '../rule.js';
import type { SpanFunctionsHost } from '../span-functions.js';
import type { SpanView, TraceView } from '../span-view.js';
import type { HeldConditions, JudgedError, JudgedTrace } from './compiled.js';
import type { EvaluationLimit } from './evaluation-limit.js';
import { IndexedSpanFunctions } from './indexed-spans.js';
import { type Polarity, polaritiesOf } from './polarity.js';
import type { TestConditions } from './test-conditions.js';
import { TestedOnArrival } from './tested-on-arrival.js';
import { mayClash } from './type-clash.js';
import { firstMistyped, isTypeFailure } from './type-failure.js';
import { type Leaning, World } from './world.js';

/** What was compiled of a rule that is judged at close: what its spans were asked when they arrived. */
export interface CompiledTests {
  readonly tests: TestConditions;
  /** A condition that a subject span must satisfy, or fail on, for the rule to match it or fail on it; -1: any span may. */
  readonly candidate: number;
}

/** One evaluation of a rule, with what it took unknown answers to be. */
interface Evaluation extends JudgedTrace {
  readonly world: World;
}

const LEAST: Leaning = { doubts: 'least', mistyped: 'language' };
const MOST: Leaning = { doubts: 'most', mistyped: 'language' };
const MISTYPED: Leaning = { doubts: 'least', mistyped: 'most' };

/**
 * A rule that needs the spans of its trace, judged by interpretation: its answer for each span, or for the trace (-1). What its
 * spans were asked on arrival need not be asked again, where that is given. All spans share one limit; those that it does not suffice
 * for are not judged. Where answers are not known, the rule is evaluated once more, with as many of them true as make it match.
 */
export function judgeExpression(
  checked: CheckedExpression,
  limit: EvaluationLimit,
  compiled?: CompiledTests,
): (trace: TraceView, held?: HeldConditions, asksTypes?: boolean) => JudgedTrace {
  const rule = new JudgedExpression(checked, limit, compiled);
  return (trace, held, asksTypes = false) => {
    const least = rule.evaluate(trace, held, LEAST);
    const decided = least.world.metDoubt ? rule.inDoubt(least, rule.evaluate(trace, held, MOST)) : least;
    return asksTypes ? rule.withTypes(decided, least, trace, held) : { matches: decided.matches, errors: decided.errors };
  };
}

class JudgedExpression {
  private known: ReadonlyMap<Resolved, Polarity> | undefined;

  constructor(
    private readonly checked: CheckedExpression,
    private readonly limit: EvaluationLimit,
    private readonly compiled: CompiledTests | undefined,
  ) {}

  evaluate(trace: TraceView, held: HeldConditions | undefined, leaning: Leaning): Evaluation {
    const { resolved, subject } = this.checked;
    const world = new World(this.polarities, leaning);
    const isMost = leaning.mistyped === 'most';
    const arrived = this.compiled === undefined || held === undefined ? undefined : new TestedOnArrival(this.compiled.tests, held, world);
    const environment = {
      trace,
      onSpanError: (test: Resolved, span: SpanView, error: LuaError) => world.failed(test, span, error),
      onDoubt: (test: Resolved) => world.answer(test),
    };
    const functions = (host: SpanFunctionsHost): IndexedSpanFunctions => new IndexedSpanFunctions(host, arrived, isMost);
    const interpreter = new Interpreter(environment, functions, this.limit(trace.spans.length));
    const matches: number[] = [];
    const errors: JudgedError[] = [];
    const judge = (span: number): void => {
      try {
        if (isMost ? truth(resolved, interpreter, world) : isTruthy(interpreter.value(resolved))) matches.push(span);
      } catch (error) {
        if (!(error instanceof LuaError) || (error instanceof StepsExceeded && !(error instanceof PatternExceeded))) throw error;
        errors.push(judgedError(span, error));
      }
    };
    try {
      if (subject === 'trace') judge(-1);
      else
        for (const index of arrived?.subjects(this.compiled?.candidate ?? -1, trace.spans) ?? trace.spans.keys()) {
          interpreter.judge(trace.spans[index]!);
          judge(index);
        }
    } catch (error) {
      if (!(error instanceof StepsExceeded)) throw error;
      errors.push({ span: -1, message: error.message, exceeded: true });
    }
    return { matches, errors, world };
  }

  /** What is known of a rule whose answers differ where some of its tests could not be answered. */
  inDoubt(least: Evaluation, most: Evaluation): Evaluation {
    const [fewer, more] = [new Set(least.matches), new Set(most.matches)];
    const doubtful = [...least.matches.filter((span) => !more.has(span)), ...most.matches.filter((span) => !fewer.has(span))];
    const { message } = new PatternExceeded();
    const errors = [
      ...least.errors.filter(({ span }) => !doubtful.includes(span)),
      ...doubtful.map((span) => ({ span, message, exceeded: true }) as const),
      ...most.errors.filter(({ exceeded }) => exceeded === true),
    ];
    return { matches: least.matches.filter((span) => more.has(span)), errors, world: least.world };
  }

  /** Told of values of another type, if the rule could match were they of the type that it expects. */
  withTypes({ matches, errors }: JudgedTrace, { world }: Evaluation, trace: TraceView, held: HeldConditions | undefined): JudgedTrace {
    const failed = firstMistyped(errors);
    const isMet = world.metMistyped || failed !== undefined || this.wasMistyped(held);
    if (!isMet && !mayClash(this.checked.resolved, trace.spans)) return { matches, errors };
    const most = this.evaluate(trace, held, MISTYPED);
    const known = new Set(matches);
    const isOpen = most.world.isMixed || most.matches.some((span) => !known.has(span));
    if (!isOpen) return { matches, errors: [...errors, ...most.errors.filter(({ exceeded }) => exceeded === true)] };
    const { failure } = most.world;
    const met = failure && { span: trace.spans.indexOf(failure.span), message: failure.message };
    return { matches, errors, mistyped: { first: failed ?? met } };
  }

  private wasMistyped(held: HeldConditions | undefined): boolean {
    return this.compiled?.tests.conditions.some((condition) => (held?.mistyped?.(condition) ?? []).length > 0) === true;
  }

  private get polarities(): ReadonlyMap<Resolved, Polarity> {
    this.known ??= polaritiesOf(this.checked.resolved);
    return this.known;
  }
}

/** The truth of a rule, whose operands that fail on a value of another type are taken to be what the world says. */
function truth(node: Resolved, interpreter: Interpreter, world: World): boolean {
  if (node.type === 'logical') {
    const left = truth(node.left, interpreter, world);
    return left === (node.operator === 'and') ? truth(node.right, interpreter, world) : left;
  }
  if (node.type === 'unary' && node.operator === 'not') return !truth(node.operand, interpreter, world);
  try {
    return isTruthy(interpreter.value(node));
  } catch (error) {
    if (!(error instanceof LuaError) || error instanceof StepsExceeded || !isTypeFailure(error.message)) throw error;
    return world.mistyped(node);
  }
}

function judgedError(span: number, error: LuaError): JudgedError {
  return error instanceof BudgetExceeded ? { span, message: error.message, exceeded: true } : { span, message: error.message };
}
