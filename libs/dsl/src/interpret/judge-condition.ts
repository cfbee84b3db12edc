import type { SpanView, TraceView } from '../trace/span-view.js';
import type { Resolved } from '../tree/resolved.js';
import { DEFAULT_TIMEOUT } from '../values/lua/budget.js';
import { LuaError } from '../values/lua/lua-error.js';
import { isTruthy } from '../values/lua/lua-value.js';
import { StepLimit } from '../values/lua/step-limit.js';
import { patternSteps } from './evaluation-limit.js';
import { Interpreter } from './interpret.js';

/** The outcome of a condition on one span: its truth, or the text of its error. It reads nothing else of the trace (or was folded). */
export function judgeCondition(condition: Resolved, span: SpanView, steps = patternSteps(DEFAULT_TIMEOUT)): boolean | string {
  const limit = new StepLimit(Number.POSITIVE_INFINITY, steps);
  const interpreter = new Interpreter({ trace: traceOf(span), subject: span }, undefined, limit);
  // Conditions of trace functions read the span that is bound at depth 1.
  interpreter.bind(1, span);
  try {
    return isTruthy(interpreter.value(condition));
  } catch (error) {
    if (error instanceof LuaError) return error.message;
    throw error;
  }
}

/** A trace with one known span. */
export function traceOf(span: SpanView): TraceView {
  return { id: span.traceId, spans: [span], complete: false };
}
