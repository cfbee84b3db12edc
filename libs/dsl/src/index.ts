export { check, checkSaved } from './check/check.js';
export { arrivalCost } from './compile/arrival-cost.js';
export { compileRules } from './compile/compile-rules.js';
export { describeRule, type RuleDescription } from './compile/describe-rule.js';
export type { GivesUpFrom } from './compile/gives-up.js';
export {
  type Atom,
  type CompiledRule,
  type CompiledRuleSet,
  type ConditionColumns,
  type EvaluationError,
  type EvaluationResult,
  FAILED,
  FALSE,
  type HeldConditions,
  type Needs,
  type OnlineTrace,
  type RuleIndex,
  TRUE,
  type Truth,
  type TypeFailure,
  UNKNOWN,
} from './contract/compiled-rule-set.js';
export type { ConditionOutcome, Evidence, Explanation, ExplanationNode, SpanReference, TextRange } from './contract/explanation.js';
export { EXPLANATION_KINDS, EXPLANATION_OUTCOMES, type ExplanationKind, type ExplanationOutcome } from './contract/explanation-terms.js';
export { MAXIMUM_WITNESSES } from './explain/evidence/leaf-values.js';
export { convertWhen } from './parse/convert-when.js';
export { format } from './parse/format.js';
export { parse } from './parse/parse.js';
export type { WhenOptions } from './parse/when/parse-when.js';
export { isWhenForm } from './parse/when/tokenize-when.js';
export { scriptProblem } from './sandbox/sandbox.js';
export type { EvaluationOptions } from './script/script-rule.js';
export { answeredDiagnostic } from './text/answered-diagnostic.js';
export type { Diagnostic } from './text/diagnostic.js';
export { MAX_CONTROLS, MAX_TESTS, RULE_TEXT_LIMITS, type RuleTextProblem, ruleTextProblems } from './text/rule-texts.js';
export { compareSpans } from './trace/span-rank.js';
export type { EventView, LinkView, SpanView, TraceView } from './trace/span-view.js';
export type { Reads } from './tree/reads.js';
export type { Checked, CheckedRule } from './tree/rule.js';
export { DEFAULT_TOLERANCE } from './tree/span-relation.js';
export { clipped } from './values/clipped.js';
export { isTypeFailure } from './values/is-type-failure.js';
export type { ShownValue } from './values/json-value.js';
export { DEFAULT_TIMEOUT } from './values/lua/budget.js';
export { PatternExceeded } from './values/lua/budget-exceeded.js';
export type { Value, ValueMap } from './values/value.js';
export { VOCABULARY } from './vocabulary/vocabulary.js';
