import { RelativesHandle, TraceHandle } from '../../sandbox/bridge/handles.js';
import { aggregate } from '../../trace/aggregate.js';
import type { SpanView } from '../../trace/span-view.js';
import { LuaError } from '../../values/lua/lua-error.js';
import type { Value } from '../../values/value.js';
import type { AggregateName } from '../../vocabulary/trace-vocabulary.js';
import { OPERATIONS } from './operations.js';
import { BAIL_OUT, bailOut, type ScriptRun } from './script-run.js';

/** A condition on a span, or a value that is the same for all spans. */
type Condition = unknown;

/** The steps of the sandbox to call a condition, and in addition for one that fails. */
const CONDITION_STEPS = 60;
const FAILURE_STEPS = 500;

/** Whether the condition holds. One that fails does not, and the script continues. */
function holds(run: ScriptRun, condition: Condition, span: SpanView): boolean {
  run.spend(CONDITION_STEPS);
  if (typeof condition !== 'function') return OPERATIONS.truthy(condition);
  return attempt(run, () => OPERATIONS.truthy(OPERATIONS.call(run, condition, span))) ?? false;
}

function attempt<T>(run: ScriptRun, ask: () => T): T | undefined {
  const { depth } = run;
  try {
    return ask();
  } catch (error) {
    if (!(error instanceof LuaError)) throw error;
    run.depth = depth;
    run.spend(FAILURE_STEPS);
    return undefined;
  }
}

function spansOf(run: ScriptRun, owner: unknown): readonly SpanView[] {
  if (owner instanceof TraceHandle) return run.trace.spans;
  if (!(owner instanceof RelativesHandle)) throw BAIL_OUT;
  return run.walking((structure) => structure.relatives(owner.axis, owner.span));
}

/** `owner.has(condition)`, `.count`, `.all`. */
function quantify(run: ScriptRun, owner: unknown, name: 'has' | 'count' | 'all', condition: Condition): boolean | number {
  const spans = spansOf(run, owner);
  if (name === 'count') return spans.filter((span) => holds(run, condition, span)).length;
  return name === 'has' ? spans.some((span) => holds(run, condition, span)) : spans.every((span) => holds(run, condition, span));
}

/** `owner.sum(field, condition)` and the other aggregates. */
function collect(run: ScriptRun, owner: unknown, name: AggregateName, field: unknown, ...condition: readonly Condition[]): Value {
  if (typeof field !== 'function') throw BAIL_OUT;
  const values: Value[] = [];
  for (const span of spansOf(run, owner)) {
    if (condition.length > 0 && condition[0] !== undefined && !holds(run, condition[0], span)) continue;
    run.spend(CONDITION_STEPS);
    const value = attempt(run, () => {
      const found = OPERATIONS.call(run, field, span);
      if (typeof found === 'function') bailOut();
      return found === undefined ? undefined : aggregate.checked(name, found as Value);
    });
    if (value !== undefined) values.push(value);
  }
  return aggregate[name](values);
}

/** The functions that evaluate a condition on several spans. */
export const ASKED_SPANS = { quantify, collect };
