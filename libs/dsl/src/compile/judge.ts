import { BudgetExceeded, StepsExceeded } from '../budget-exceeded.js';
import { type Environment, Interpreter } from '../interpret.js';
import { LuaError } from '../lua-error.js';
import { isTruthy } from '../lua-value.js';
import type { Resolved, TraceQuantifier } from '../resolved.js';
import type { CheckedExpression } from '../rule.js';
import type { SpanView, TraceView } from '../span-view.js';
import { StepLimit } from '../step-limit.js';
import { BOOLEAN } from '../types.js';
import type { HeldConditions, JudgedError, JudgedTrace } from './compiled.js';
import type { EvaluationLimit } from './evaluation-limit.js';
import { IndexedSpanFunctions } from './indexed-spans.js';
import type { TestConditions } from './test-conditions.js';
import { TestedOnArrival } from './tested-on-arrival.js';

/** What was compiled of a rule that is judged at close: what its spans were asked when they arrived. */
export interface CompiledTests {
  readonly tests: TestConditions;
  /** A condition that a subject span must satisfy, or fail on, for the rule to match it or fail on it; -1: any span may. */
  readonly candidate: number;
}

/**
 * A rule that needs the spans of its trace, judged by interpretation: its answer for each span, or for the trace (-1). What its
 * spans were asked on arrival need not be asked again, where that is given. All spans share one limit; those that it does not suffice
 * for are not judged.
 */
export function judgeExpression(
  { resolved, subject }: CheckedExpression,
  limit: EvaluationLimit,
  compiled?: CompiledTests,
): (trace: TraceView, held?: HeldConditions) => JudgedTrace {
  return (trace, held) => {
    const arrived = compiled === undefined || held === undefined ? undefined : new TestedOnArrival(compiled.tests, held);
    const matches: number[] = [];
    const errors: JudgedError[] = [];
    const interpreter = new Interpreter({ trace }, (host) => new IndexedSpanFunctions(host, arrived), limit(trace.spans.length));
    const judge = (node: Resolved, span: number): void => {
      try {
        if (isTruthy(interpreter.value(node))) matches.push(span);
      } catch (error) {
        if (!(error instanceof LuaError) || error instanceof StepsExceeded) throw error;
        errors.push(judgedError(span, error));
      }
    };
    try {
      if (subject === 'trace') judge(resolved, -1);
      else
        for (const index of arrived?.subjects(compiled?.candidate ?? -1, trace.spans) ?? trace.spans.keys()) {
          interpreter.judge(trace.spans[index]!);
          judge(resolved, index);
        }
    } catch (error) {
      if (!(error instanceof StepsExceeded)) throw error;
      errors.push({ span: -1, message: error.message, exceeded: true });
    }
    return { matches, errors };
  };
}

function judgedError(span: number, error: LuaError): JudgedError {
  return error instanceof BudgetExceeded ? { span, message: error.message, exceeded: true } : { span, message: error.message };
}

/** The outcome of a condition on one span: its truth, or the text of its error. It reads nothing else of the trace (or was folded). */
export function judgeCondition(condition: Resolved, span: SpanView, patternSteps?: number): boolean | string {
  let message: string | undefined;
  const environment: Environment = {
    trace: traceOf(span),
    subject: span,
    onSpanError: (_node, _span, error) => {
      message = error.message;
    },
  };
  const holds = new Interpreter(environment, undefined, new StepLimit(Number.POSITIVE_INFINITY, patternSteps)).value(
    asQuantifier(condition),
  );
  return message ?? holds === true;
}

/** A trace of which one span is known. */
export function traceOf(span: SpanView): TraceView {
  return { id: span.traceId, spans: [span], complete: false };
}

/** Conditions of trace functions read the span that is bound at depth 1; the interpreter binds it. */
function asQuantifier(condition: Resolved): TraceQuantifier {
  return { type: 'trace-quantifier', quantifier: 'has', depth: 1, condition, syntax: condition.syntax, types: BOOLEAN };
}
