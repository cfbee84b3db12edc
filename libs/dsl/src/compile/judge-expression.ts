import type { EvaluationError, EvaluationResult, HeldConditions } from '../contract/compiled-rule-set.js';
import type { EvaluationLimit } from '../interpret/evaluation-limit.js';
import { Interpreter } from '../interpret/interpret.js';
import { IndexedSpanFunctions } from '../interpret/pairs/indexed-span-functions.js';
import { type Polarity, polaritiesOf } from '../interpret/polarity.js';
import type { TestConditions } from '../interpret/test-conditions.js';
import { TestedOnArrival } from '../interpret/tested-on-arrival.js';
import { mayClash } from '../interpret/type-clash.js';
import { Ways } from '../interpret/ways.js';
import { type Leaning, World } from '../interpret/world.js';
import type { SpanFunctionsHost } from '../trace/span-functions.js';
import type { SpanView, TraceView } from '../trace/span-view.js';
import type { LogicalNode, Resolved } from '../tree/resolved.js';
import type { CheckedExpression } from '../tree/rule.js';
import { isTypeFailure } from '../values/is-type-failure.js';
import { BudgetExceeded, PatternExceeded, StepsExceeded } from '../values/lua/budget-exceeded.js';
import { LuaError } from '../values/lua/lua-error.js';
import { isTruthy } from '../values/lua/lua-value.js';
import type { StepLimit } from '../values/lua/step-limit.js';
import { firstMistyped } from './type-failure.js';

/** The compiled tests on arrival of a rule that is judged at close. */
export interface CompiledTests {
  readonly tests: TestConditions;
  /** A condition that a subject span must satisfy, or fail on, for the rule to match or fail on it; -1: any span may. */
  readonly candidate: number;
}

/** One evaluation of a rule, with the assumed values of unknown answers. */
interface Evaluation extends EvaluationResult {
  readonly world: World;
}

/** The results for spans (-1: for the trace) that hold for any values of those in doubt. */
interface Between {
  /** Subjects that match for any values. */
  readonly always: ReadonlySet<number>;
  /** Subjects that match for some values. */
  readonly ever: ReadonlySet<number>;
  readonly errors: readonly EvaluationError[];
}

const LEAST: Leaning = { doubts: 'least', mistyped: 'language' };
const MOST: Leaning = { doubts: 'most', mistyped: 'language' };
const MISTYPED: Leaning = { doubts: 'least', mistyped: 'most' };

/**
 * Judges a rule that needs the spans of its trace, by interpretation: its answer for each span, or for the trace (-1). Results of conditions that were tested
 * on arrival are used where they are given. All spans share one limit; spans beyond it are not judged. If answers are unknown, the rule is evaluated once
 * more with the answers that favour a match. If neither answer favours it (in the condition of a sum), each combination is evaluated, within one more limit.
 */
export function judgeExpression(
  checked: CheckedExpression,
  limit: EvaluationLimit,
  compiled?: CompiledTests,
): (trace: TraceView, held?: HeldConditions, asksTypes?: boolean) => EvaluationResult {
  const rule = new JudgedExpression(checked, limit, compiled);
  return (trace, held, asksTypes = false) => {
    const least = rule.evaluate(trace, held, LEAST);
    const decided = least.world.metDoubt ? rule.decideInDoubt(least, trace, held) : least;
    if (asksTypes) return rule.withTypes(decided, least, trace, held);
    const { matches, errors, inDoubt } = decided;
    return { matches, errors, ...(inDoubt === undefined ? {} : { inDoubt }) };
  };
}

class JudgedExpression {
  private known: ReadonlyMap<Resolved, Polarity> | undefined;

  constructor(
    private readonly checked: CheckedExpression,
    private readonly limit: EvaluationLimit,
    private readonly compiled: CompiledTests | undefined,
  ) {}

  evaluate(
    trace: TraceView,
    held: HeldConditions | undefined,
    leaning: Leaning,
    limit: StepLimit = this.limit(trace.spans.length),
  ): Evaluation {
    const { resolved, subject } = this.checked;
    const world = new World(this.polarities, leaning);
    const isMost = leaning.mistyped === 'most';
    const arrived = this.compiled === undefined || held === undefined ? undefined : new TestedOnArrival(this.compiled.tests, held, world);
    const environment = {
      trace,
      onSpanError: (test: Resolved, span: SpanView, error: LuaError) => world.failed(test, span, error),
      onDoubt: (test: Resolved, span: SpanView | undefined) => world.answer(test, span),
    };
    const functions = (host: SpanFunctionsHost): IndexedSpanFunctions => new IndexedSpanFunctions(host, arrived, isMost);
    const interpreter = new Interpreter(environment, functions, limit);
    const matches: number[] = [];
    const errors: EvaluationError[] = [];
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

  /** The known results of a rule that met an answer in doubt. */
  decideInDoubt(least: Evaluation, trace: TraceView, held: HeldConditions | undefined): EvaluationResult {
    const most = this.evaluate(trace, held, MOST);
    const { always, ever, errors } =
      (least.world.isUnclear || most.world.isUnclear ? this.everyWay(trace, held) : undefined) ?? between(least, most);
    const { message } = new PatternExceeded();
    const open = [...ever].filter((span) => !always.has(span));
    const exceeded = [
      ...errors.filter(({ span }) => !open.includes(span)),
      ...open.map((span) => ({ span, message, exceeded: true }) as const),
    ];
    const inDoubt = this.firstInDoubt(exceeded, [least.world, most.world], trace);
    return { matches: [...always], errors: exceeded, ...(inDoubt === undefined ? {} : { inDoubt }) };
  }

  /** The results of the rule for all values in doubt; undefined if there are too many. */
  private everyWay(trace: TraceView, held: HeldConditions | undefined): Between | undefined {
    const ways = new Ways();
    const limit = this.limit(trace.spans.length);
    let found: Between | undefined;
    do {
      const { matches, errors } = this.evaluate(trace, held, { doubts: ways, mistyped: 'language' }, limit);
      if (errors.some(({ exceeded }) => exceeded === true)) return undefined;
      const always = found?.always ?? new Set(matches);
      const ever = found?.ever ?? [];
      found = { always: new Set(matches.filter((span) => always.has(span))), ever: new Set([...ever, ...matches]), errors };
    } while (ways.next());
    return ways.isComplete ? found : undefined;
  }

  /** For a rule about spans the first unknown subject; for one about the trace the span it reads. */
  private firstInDoubt(errors: readonly EvaluationError[], worlds: readonly World[], { spans }: TraceView): number | undefined {
    const open = errors.filter(({ exceeded }) => exceeded === true).map(({ span }) => span);
    if (open.length === 0) return undefined;
    const inDoubtSpans = worlds.map(({ inDoubt }) => inDoubt).filter((span) => span !== undefined);
    const places = this.checked.subject === 'span' ? open : inDoubtSpans.map((span) => spans.indexOf(span));
    const known = places.filter((place) => place >= 0);
    return known.length === 0 ? undefined : known.reduce((least, place) => Math.min(least, place));
  }

  /** Reports values of a wrong type, if the rule could match with values of the expected type. */
  withTypes(decided: EvaluationResult, { world }: Evaluation, trace: TraceView, held: HeldConditions | undefined): EvaluationResult {
    const { matches, errors, inDoubt } = decided;
    const doubts = inDoubt === undefined ? {} : { inDoubt };
    const failed = firstMistyped(errors);
    const isMet = world.metMistyped || failed !== undefined || this.wasMistyped(held);
    if (!isMet && !mayClash(this.checked.resolved, trace.spans)) return { matches, errors, ...doubts };
    const most = this.evaluate(trace, held, MISTYPED);
    const matching = new Set(matches);
    const isOpen = most.world.isMixed || most.matches.some((span) => !matching.has(span));
    if (!isOpen) return { matches, errors: [...errors, ...most.errors.filter(({ exceeded }) => exceeded === true)], ...doubts };
    const { failure } = most.world;
    const met = failure && { span: trace.spans.indexOf(failure.span), message: failure.message };
    return { matches, errors, ...doubts, mistyped: { first: failed ?? met } };
  }

  private wasMistyped(held: HeldConditions | undefined): boolean {
    return this.compiled?.tests.conditions.some((condition) => (held?.mistyped?.(condition) ?? []).length > 0) === true;
  }

  private get polarities(): ReadonlyMap<Resolved, Polarity> {
    this.known ??= polaritiesOf(this.checked.resolved);
    return this.known;
  }
}

/** The results of a rule with the minimum and the maximum of the values in doubt. */
function between(least: Evaluation, most: Evaluation): Between {
  const more = new Set(most.matches);
  return {
    always: new Set(least.matches.filter((span) => more.has(span))),
    ever: new Set([...least.matches, ...most.matches]),
    errors: [...least.errors, ...most.errors.filter(({ exceeded }) => exceeded === true)],
  };
}

/** The truth of a rule, where failures on values of a wrong type count as the world says. */
function truth(node: Resolved, interpreter: Interpreter, world: World): boolean {
  if (node.type === 'logical') {
    if (node.unordered === true) return unorderedTruth(node, interpreter, world);
    const left = truth(node.left, interpreter, world);
    return left === (node.operator === 'and') ? truth(node.right, interpreter, world) : left;
  }
  if (node.type === 'unary' && node.operator === 'not') return !truth(node.operand, interpreter, world);
  try {
    return world.unmixed(node, () => isTruthy(interpreter.value(node)));
  } catch (error) {
    if (!(error instanceof LuaError) || error instanceof StepsExceeded || !isTypeFailure(error.message)) throw error;
    return world.mistyped(node);
  }
}

function unorderedTruth({ left, right, operator }: LogicalNode, interpreter: Interpreter, world: World): boolean {
  const goesOn = operator === 'and';
  let failure: LuaError | undefined;
  try {
    if (truth(left, interpreter, world) !== goesOn) return !goesOn;
  } catch (error) {
    if (!(error instanceof LuaError) || error instanceof BudgetExceeded) throw error;
    failure = error;
  }
  if (truth(right, interpreter, world) !== goesOn) return !goesOn;
  if (failure !== undefined) throw failure;
  return goesOn;
}

function judgedError(span: number, error: LuaError): EvaluationError {
  return error instanceof BudgetExceeded ? { span, message: error.message, exceeded: true } : { span, message: error.message };
}
