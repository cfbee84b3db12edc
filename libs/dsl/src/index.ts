export { BudgetExceeded, isBudgetExceeded, PatternExceeded } from './budget-exceeded.js';
export { check, checkParsed, checkSaved } from './check.js';
export { arrivalCost } from './compile/arrival-cost.js';
export { compileRules, type RuleToCompile } from './compile/compile-rules.js';
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
} from './compile/compiled.js';
export { describeRule, type RuleDescription } from './compile/describe.js';
export type { GivesUpFrom } from './compile/gives-up.js';
export type { EvaluationOptions } from './compile/judge-script.js';
export type { Diagnostic, Fix } from './diagnostic.js';
export { clipped } from './explain/clipped.js';
export { EXPLANATION_KINDS, EXPLANATION_OUTCOMES, type ExplanationKind, type ExplanationOutcome } from './explain/explanation-terms.js';
export { jsonValue, type ShownValue } from './explain/json-value.js';
export { MAXIMUM_WITNESSES } from './explain/leaf-values.js';
export type { ConditionOutcome, Evidence, Explanation, ExplanationNode, SpanReference, TextRange } from './explain.js';
export { type Formatted, format } from './format.js';
export { formatExpression } from './format-expression.js';
export { type Environment, interpret, interpretCondition } from './interpret.js';
export { isTypeFailure } from './is-type-failure.js';
export { LuaError } from './lua-error.js';
export { MAX_TEXT, type Parsed, parse } from './parse.js';
export { PROBLEMS, type Problem, type ProblemCode } from './problems.js';
export type { Reads, SpanField } from './reads.js';
export type { Resolved } from './resolved.js';
export type { Checked, CheckedExpression, CheckedRule, CheckedScript } from './rule.js';
export {
  isRuleId,
  MOST_CONTROLS,
  RULE_TEXT_LIMITS,
  type RuleControl,
  type RuleTextProblem,
  type RuleTexts,
  ruleTextProblems,
} from './rule-texts.js';
export { DEFAULT_TIMEOUT } from './script/budget.js';
export type { Place, Range } from './source.js';
export { compareSpans } from './span-rank.js';
export { DEFAULT_TOLERANCE } from './span-relation.js';
export type { EventView, LinkView, SpanView, TraceView } from './span-view.js';
export type { Expression, RuleSyntax } from './syntax.js';
export type { Value, ValueMap } from './value.js';
export { VOCABULARY, type VocabularyField, type VocabularyFunction } from './vocabulary.js';
export { convertWhen } from './when/convert-when.js';
export type { WhenOptions } from './when/parse-when.js';
export { isWhenForm } from './when/tokenize-when.js';
