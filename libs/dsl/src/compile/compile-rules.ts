import { ColumnView } from '../conditions/column-view.js';
import { compileConditions } from '../conditions/compile-conditions.js';
import { DeferredConditions, mayBePutOff } from '../conditions/deferred-conditions.js';
import { FirstComparisons } from '../conditions/first-comparisons.js';
import type { Atom, CompiledRule, CompiledRuleSet, ConditionColumns, InDoubt, RuleIndex } from '../contract/compiled-rule-set.js';
import { ConditionTable } from '../contract/condition-table.js';
import type { AttributeColumns } from '../emit/declarations.js';
import { patternSteps } from '../interpret/evaluation-limit.js';
import { judgeCondition } from '../interpret/judge-condition.js';
import { unordered } from '../online/unordered.js';
import type { ScriptFunctions } from '../script/compiled-script.js';
import type { EvaluationOptions } from '../script/script-rule.js';
import { formatExpression } from '../tree/format-expression.js';
import type { Reads } from '../tree/reads.js';
import type { Resolved } from '../tree/resolved.js';
import type { CheckedRule } from '../tree/rule.js';
import { isTypeFailure } from '../values/is-type-failure.js';
import { DEFAULT_TIMEOUT } from '../values/lua/budget.js';
import { PatternExceeded } from '../values/lua/budget-exceeded.js';
import { compileRule } from './compile-rule.js';
import { ReadsCollector } from './reads-collector.js';
import { typeFailure } from './type-failure.js';

/** A rule to compile; `id` becomes `CompiledRule.id`. */
export interface RuleToCompile {
  readonly id: string;
  readonly checked: CheckedRule;
  /** The rule reports errors about the types of values, so their order must not matter (`unordered.ts`). */
  readonly tellsErrors?: boolean;
}

/** A test that takes more than this share of its budget is postponed until the other conditions are evaluated, and then charged. */
const AT_ONCE = 16;

/** Compiles all rules together: shared conditions are evaluated once. Rules that passed the checks always compile. */
export function compileRules(rules: readonly RuleToCompile[], options: EvaluationOptions = {}): CompiledRuleSet {
  const collector = new ReadsCollector();
  const table = new ConditionTable((node) => formatExpression(node.syntax));
  const functions: ScriptFunctions = new Map();
  const compiled = rules.map(({ id, checked, tellsErrors }, index) => {
    const rule = tellsErrors === true && checked.kind === 'expression' ? unordered(checked) : checked;
    return compileRule({ index: index as RuleIndex, id }, rule, table, collector, { ...options, functions });
  });
  const { conditions, nodes, atoms, traceBits, traceCounters } = table;
  const steps = patternSteps(options.timeout ?? DEFAULT_TIMEOUT);
  const words = Math.ceil(conditions.length / 32);
  const doubtful = new Map([...nodes.entries()].filter(([, node]) => mayBePutOff(node)));
  const putOff = new DeferredConditions(doubtful, words, steps, () => reads);
  const evaluate = compileConditions(nodes, collector, steps / AT_ONCE, (columns, from, matched, failed, spans) =>
    putOff.settle(columns, from, matched, failed, spans),
  );
  const reads = collector.reads();
  const spanRules = compiled.filter((rule) => rule.needs === 'span');
  return {
    reads,
    rules: compiled,
    conditions,
    atoms,
    words,
    traceBits,
    traceCounters,
    spanRuleMask: mask(
      conditions.length,
      spanRules.map((rule) => rule.condition),
    ),
    atomMask: mask(conditions.length, conditionsOfTraces(compiled, atoms)),
    bufferedMask: mask(
      conditions.length,
      compiled.flatMap(({ buffered }) => [...(buffered?.conditions ?? []), ...(buffered?.needed ?? [])]),
    ),
    rulesOfCondition: indexesByCondition(conditions.length, spanRules),
    atomsOfCondition: indexesByCondition(
      conditions.length,
      atoms.filter((atom) => !atom.whenUnmatched),
    ),
    atomsWhenUnmatched: atoms.filter((atom) => atom.whenUnmatched).map((atom) => atom.index),
    evaluate,
    inDoubt: putOff.inDoubt,
    doubtful: [...doubtful.keys()],
    ...errorTexts(nodes, collector, reads, steps, putOff.inDoubt),
  };
}

/**
 * Error texts come from the interpreter, which takes microseconds. A condition whose first comparison fails (`attribute.retries > 3 and …` without retries) has
 * a fast path: a thousand rules may fail that way on every span.
 */
function errorTexts(
  nodes: readonly Resolved[],
  columns: AttributeColumns,
  reads: Reads,
  steps: number,
  inDoubt: readonly InDoubt[],
): Pick<CompiledRuleSet, 'errorOf' | 'failureOf' | 'failsByType' | 'comparisonOf' | 'isComparison' | 'comparisonError' | 'missingError'> {
  const comparisons = new FirstComparisons(columns);
  const comparisonOf = Int32Array.from(nodes, (node) => comparisons.of(node));
  const textOf = (condition: number, spans: ConditionColumns, i: number): string => {
    const text = comparisons.errors[comparisonOf[condition]!]?.(spans, i);
    if (text !== undefined) return text;
    const judged = judgeCondition(nodes[condition] as Resolved, new ColumnView(spans, reads, i), steps);
    return typeof judged === 'string' ? judged : '';
  };
  return {
    comparisonOf,
    isComparison: Uint8Array.from(nodes, ({ type }, condition) => (type === 'binary' && comparisonOf[condition]! >= 0 ? 1 : 0)),
    comparisonError: (comparison, spans, i) => comparisons.errors[comparison]!(spans, i),
    missingError: (comparison) => comparisons.missing[comparison]!,
    failureOf: (condition, spans, i) => {
      const comparison = comparisons.errors[comparisonOf[condition]!]?.(spans, i);
      // Most spans lack the value, for which no interpreter is needed.
      if (comparison !== undefined && !isTypeFailure(comparison)) return undefined;
      const span = new ColumnView(spans, reads, i);
      const judged = comparison ?? judgeCondition(nodes[condition] as Resolved, span, steps);
      return typeof judged === 'string' ? typeFailure(nodes[condition] as Resolved, judged, span) : undefined;
    },
    failsByType: (condition, spans, i) => isTypeFailure(textOf(condition, spans, i)),
    errorOf: (condition, spans, i) => {
      if (inDoubt.some((one) => one.i === i && one.condition === condition)) return new PatternExceeded().message;
      return textOf(condition, spans, i);
    },
  };
}

/** The conditions that feed atoms, or whose bits are kept for pending spans. */
function conditionsOfTraces(rules: readonly CompiledRule[], atoms: readonly Atom[]): readonly number[] {
  const ofSpans = rules.filter((rule) => rule.needs === 'online').flatMap((rule) => [rule.condition, ...rule.spanConditions]);
  return [...atoms.map((atom) => atom.condition), ...ofSpans.filter((condition) => condition >= 0)];
}

/** Per condition: the indexes of the rules or atoms that it decides or feeds. */
function indexesByCondition<Index extends number>(
  conditions: number,
  items: readonly { readonly index: Index; readonly condition: number }[],
): readonly (readonly Index[])[] {
  const indexes: Index[][] = Array.from({ length: conditions }, () => []);
  for (const { index, condition } of items) indexes[condition]?.push(index);
  return indexes;
}

/** One bit per condition, in words of 32. */
function mask(conditions: number, members: readonly number[]): Uint32Array {
  const bits = new Uint32Array(Math.ceil(conditions / 32));
  for (const condition of members) bits[condition >> 5] = (bits[condition >> 5] ?? 0) | (1 << (condition & 31));
  return bits;
}
