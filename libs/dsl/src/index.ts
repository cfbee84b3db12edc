export { check, checkParsed, checkSaved } from './check/check.js';
export { arrivalCost } from './compile/arrival-cost.js';
export { compileRules, type RuleToCompile } from './compile/compile-rules.js';
export { describeRule, type RuleDescription } from './compile/describe.js';
export type { GivesUpFrom } from './compile/gives-up.js';
export {
  type Atom,
  type BufferedNeeds,
  type CompiledRule,
  type CompiledRuleSet,
  type Condition,
  type ConditionColumns,
  FAILED,
  FALSE,
  type HeldConditions,
  type InDoubt,
  type JudgedError,
  type JudgedTrace,
  type Needs,
  type OnlineTrace,
  type Outcome,
  TRUE,
  type Truth,
  type TypeFailure,
  UNKNOWN,
} from './contract/compiled.js';
export type { ConditionOutcome, Evidence, Explanation, ExplanationNode, SpanReference, TextRange } from './contract/explain.js';
export { EXPLANATION_KINDS, EXPLANATION_OUTCOMES, type ExplanationKind, type ExplanationOutcome } from './contract/explanation-terms.js';
export { MAXIMUM_WITNESSES } from './explain/evidence/leaf-values.js';
export { type Environment, interpret, interpretCondition } from './interpret/interpret.js';
export type { EvaluationOptions } from './judge/judge-script.js';
export { DEFAULT_TIMEOUT } from './lua/budget.js';
export { BudgetExceeded, isBudgetExceeded, PatternExceeded } from './lua/budget-exceeded.js';
export { LuaError } from './lua/lua-error.js';
export { convertWhen } from './parse/convert-when.js';
export { type Formatted, format } from './parse/format.js';
export { MAX_TEXT, parse } from './parse/parse.js';
export type { Diagnostic, Fix } from './text/diagnostic.js';
export type { Parsed } from './text/parsed.js';
export { PROBLEMS, type Problem, type ProblemCode } from './text/problems.js';
export {
  isRuleId,
  MOST_CONTROLS,
  RULE_TEXT_LIMITS,
  type RuleControl,
  type RuleTextProblem,
  type RuleTexts,
  ruleTextProblems,
} from './text/rule-texts.js';
export type { Place, Range } from './text/source.js';
export type { Expression, RuleSyntax } from './text/syntax.js';
export { compareSpans } from './trace/span-rank.js';
export type { EventView, LinkView, SpanView, TraceView } from './trace/span-view.js';
export { formatExpression } from './tree/format-expression.js';
export type { Reads, SpanField } from './tree/reads.js';
export type { Resolved } from './tree/resolved.js';
export type { Checked, CheckedExpression, CheckedRule, CheckedScript } from './tree/rule.js';
export { DEFAULT_TOLERANCE } from './tree/span-relation.js';
export { clipped } from './values/clipped.js';
export { isTypeFailure } from './values/is-type-failure.js';
export { jsonValue, type ShownValue } from './values/json-value.js';
export type { Value, ValueMap } from './values/value.js';
export { VOCABULARY, type VocabularyField, type VocabularyFunction } from './vocabulary/vocabulary.js';
export type { WhenOptions } from './when/parse-when.js';
export { isWhenForm } from './when/tokenize-when.js';
