import { explainer } from '../explain/explain-rule.js';
import { formatExpression } from '../format-expression.js';
import type { Resolved } from '../resolved.js';
import type { CheckedExpression, CheckedRule } from '../rule.js';
import { candidateOf } from './candidate.js';
import { ReadsCollector } from './collect-reads.js';
import { ColumnView } from './column-view.js';
import type { CompiledRule, CompiledRuleSet, Needs } from './compiled.js';
import { ConditionCompiler } from './condition.js';
import { ConditionTable } from './condition-table.js';
import { judgeCondition, judgeExpression } from './judge.js';
import { judgeScript } from './judge-script.js';
import { isSpanCondition, readsWholeSpans } from './needs.js';
import { compileOnline } from './online.js';
import { compileConditions } from './rule-set.js';

/** A rule to compile: `id` comes back in `CompiledRule.id`. */
export interface RuleToCompile {
  readonly id: string;
  readonly checked: CheckedRule;
}

/** Compiles all rules together: what they share is evaluated once. Rules that passed the checks always compile. */
export function compileRules(rules: readonly RuleToCompile[]): CompiledRuleSet {
  const reads = new ReadsCollector();
  const table = new ConditionTable((node) => formatExpression(node.syntax));
  const compiled = rules.map(({ id, checked }, index) => compileRule({ index, id }, checked, table, reads));
  const { conditions, nodes, atoms, traceBits, traceCounters } = table;
  const evaluate = compileConditions(nodes, reads);
  const words = Math.ceil(conditions.length / 32);
  const rulesOfCondition = conditions.map((condition) =>
    indexesWhere(compiled, (rule) => rule.needs === 'span' && rule.condition === condition.index),
  );
  const collected = reads.reads();
  return {
    reads: collected,
    rules: compiled,
    conditions,
    atoms,
    words,
    traceBits,
    traceCounters,
    spanRuleMask: mask(
      words,
      indexesWhere(rulesOfCondition, (deciding) => deciding.length > 0),
    ),
    atomMask: mask(words, [
      ...atoms.map((atom) => atom.condition),
      ...compiled.flatMap((rule) => (rule.needs === 'online' ? onlineConditions(rule) : [])),
    ]),
    rulesOfCondition,
    atomsOfCondition: conditions.map((condition) =>
      indexesWhere(atoms, (atom) => atom.condition === condition.index && !atom.whenUnmatched),
    ),
    atomsWhenUnmatched: indexesWhere(atoms, (atom) => atom.whenUnmatched),
    evaluate,
    errorOf: (condition, columns, i) => errorText(judgeCondition(nodes[condition] as Resolved, new ColumnView(columns, collected, i))),
  };
}

function compileRule(
  name: { readonly index: number; readonly id: string },
  checked: CheckedRule,
  table: ConditionTable,
  reads: ReadsCollector,
): CompiledRule {
  const spanConditions: number[] = [];
  const explain = explainer(checked, { table, spanConditions });
  const base = { ...name, subject: checked.subject, condition: -1, atoms: [], spanConditions, explain };
  if (checked.kind === 'script') {
    reads.buffer('spans');
    return { ...base, needs: 'spans', judge: judgeScript(checked) };
  }
  reads.add(checked.resolved);
  if (checked.subject === 'span' && isSpanCondition(checked.resolved)) {
    return { ...base, needs: 'span', condition: table.condition(checked.resolved) };
  }
  const online = onlineRule(checked, table);
  if (online !== undefined) {
    spanConditions.push(...online.spanConditions);
    return { ...base, ...online, needs: 'online', spanConditions };
  }
  const needs: Needs = readsWholeSpans(checked.resolved) ? 'spans' : 'columns';
  reads.buffer(needs);
  return { ...base, needs, judge: judgeExpression(checked) };
}

type OnlineProperties = Pick<CompiledRule, 'condition' | 'atoms' | 'spanConditions' | 'decide' | 'conclude' | 'readsTotals'>;

function onlineRule({ resolved, subject }: CheckedExpression, table: ConditionTable): OnlineProperties | undefined {
  const online = compileOnline(resolved, subject, table, canFail);
  if (online === undefined || subject === 'trace') return online && { ...online, condition: -1 };
  const candidate = candidateOf(resolved, canFail);
  return { ...online, condition: candidate === undefined ? -1 : table.condition(candidate) };
}

/** A span condition can end in an error on some span: known from the code that it becomes. */
function canFail(node: Resolved): boolean {
  return new ConditionCompiler({ attribute: () => 0, resourceAttribute: () => 0 }).truth(node).fallible;
}

/** The conditions of which a mixed rule needs the bits of each span. */
function onlineConditions({ condition, spanConditions }: CompiledRule): readonly number[] {
  return condition < 0 ? spanConditions : [condition, ...spanConditions];
}

function mask(words: number, conditions: readonly number[]): Uint32Array {
  const bits = new Uint32Array(words);
  for (const condition of conditions) bits[condition >> 5] = (bits[condition >> 5] ?? 0) | (1 << (condition & 31));
  return bits;
}

function indexesWhere<T>(items: readonly T[], test: (item: T) => boolean): number[] {
  return items.flatMap((item, index) => (test(item) ? [index] : []));
}

function errorText(judged: boolean | string): string {
  return typeof judged === 'string' ? judged : '';
}
