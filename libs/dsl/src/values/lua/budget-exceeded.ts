import { LuaError } from './lua-error.js';

/**
 * An evaluation exceeds its budget (docs/decisions/0013), so its result is not known. It differs from a rule's other errors by its class, in a rule's result by
 * `EvaluationResult.errors[].exceeded`, and as a text by `isBudgetExceeded`.
 */
export class BudgetExceeded extends LuaError {}

// Texts without values of traces and spans, because they are labels of a metric.
const ON_TRACE = 'the rule took more steps than it may on one trace (rules.evaluation_timeout)';
const ON_SPAN = 'a regular expression takes more steps than it may on one span (rules.evaluation_timeout)';

/** The whole evaluation ends. Other errors inside of a function over spans concern one span. */
export class StepsExceeded extends BudgetExceeded {
  constructor(message = ON_TRACE) {
    super(message);
  }
}

/** A regular expression is too large for its text: whether it matches is unknown. */
export class PatternExceeded extends StepsExceeded {
  constructor() {
    super(ON_SPAN);
  }
}

/** The text of an expression's error says that it exceeded its steps (`CompiledRuleSet.errorOf`). */
export function isBudgetExceeded(message: string): boolean {
  return message === ON_TRACE || message === ON_SPAN;
}
