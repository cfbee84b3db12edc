import { ConditionCompiler } from '../conditions/condition-compiler.js';
import type { CompiledRule, Failed, Needs, RuleIndex } from '../contract/compiled-rule-set.js';
import type { ConditionTable } from '../contract/condition-table.js';
import type { Evidence, Explanation, ExplanationNode } from '../contract/explanation.js';
import { explainExpression } from '../explain/explain-rule.js';
import { explainScript } from '../explain/explain-script.js';
import { failureOfScript, failureTree } from '../explain/failure-tree.js';
import { candidateOf } from '../interpret/candidate.js';
import { type EvaluationLimit, evaluationLimit } from '../interpret/evaluation-limit.js';
import { isSpanCondition, isTotal, readsWholeSpans, skeletonLeaves } from '../interpret/required-reads.js';
import { subjectsOf } from '../interpret/tested-on-arrival.js';
import { isLasting } from '../online/lasting.js';
import { compileOnline } from '../online/online.js';
import { totalCanFail } from '../online/totals.js';
import type { ScriptFunctions } from '../script/compiled-script.js';
import { type EvaluationOptions, ScriptRule } from '../script/script-rule.js';
import { Source } from '../text/source.js';
import type { Resolved } from '../tree/resolved.js';
import type { CheckedExpression, CheckedRule } from '../tree/rule.js';
import { DEFAULT_TIMEOUT } from '../values/lua/budget.js';
import { bufferedNeeds } from './buffered-needs.js';
import { judgeExpression } from './judge-expression.js';
import { canFailOnTrace, necessaryConditions } from './necessary-conditions.js';
import type { ReadsCollector } from './reads-collector.js';
import { scriptNeeds } from './script-needs.js';
import { firstMistyped } from './type-failure.js';

/** For a rule that exceeded its steps: the share of them that its explanation may take. */
const SHARE_OF_EXCEEDED = 0.1;

/** Compiles one rule of a set for the cheapest evaluation that decides it. Its conditions and atoms go to the table, its reads to the collector. */
export function compileRule(
  name: { readonly index: RuleIndex; readonly id: string },
  checked: CheckedRule,
  table: ConditionTable,
  reads: ReadsCollector,
  options: EvaluationOptions & { readonly functions?: ScriptFunctions },
): CompiledRule {
  const spanConditions: number[] = [];
  const common = { ...name, subject: checked.subject, condition: -1, atoms: [], spanConditions };
  if (checked.kind === 'script') {
    reads.buffer('spans');
    const script = new ScriptRule(checked, options);
    const buffered = scriptNeeds(checked, table, reads, canFail);
    return {
      ...common,
      needs: 'spans',
      ...(buffered === undefined ? {} : { buffered }),
      judge: (trace, held, asksTypes) => {
        const judged = script.judge(trace, held && subjectsOf(buffered, held));
        const first = asksTypes === true ? firstMistyped(judged.errors) : undefined;
        return first === undefined ? judged : { ...judged, mistyped: { first } };
      },
      explain: (evidence) => explainScript(script, evidence),
      explainFailure: (failed) => failureOfScript(new Source(checked.text), failed),
    };
  }
  reads.add(checked.resolved);
  const limit = evaluationLimit(checked.resolved, options.timeout ?? DEFAULT_TIMEOUT);
  const source = new Source(checked.text);
  const briefly: EvaluationLimit = (spans) => limit(spans, SHARE_OF_EXCEEDED);
  const explain = (evidence: Evidence): Explanation => {
    const rule = { source, subject: checked.subject, table, spanConditions, limit: evidence.exceeded === true ? briefly : limit };
    return explainExpression(checked.resolved, rule, evidence);
  };
  const explainFailure = (failed: Failed): ExplanationNode => failureTree(checked.resolved, source, failed);
  const base = { ...common, explain, explainFailure };
  if (checked.subject === 'span' && isSpanCondition(checked.resolved)) {
    return { ...base, needs: 'span', condition: table.condition(checked.resolved) };
  }
  const online = onlineRule(checked, table);
  if (online !== undefined) {
    spanConditions.push(...online.spanConditions);
    return { ...base, ...online, needs: 'online', spanConditions };
  }
  const needs: Needs = readsWholeSpans(checked.resolved) ? 'spans' : 'columns';
  reads.buffer(needs, checked.resolved);
  const buffered = bufferedNeeds(checked, table, canFail);
  const lasting = isLasting(checked.resolved, canFailAtAll) ? ({ lasting: true } as const) : {};
  return { ...base, ...lasting, needs, buffered, judge: judgeExpression(checked, limit, buffered) };
}

type OnlineProperties = Pick<
  CompiledRule,
  'condition' | 'atoms' | 'neededAtoms' | 'spanConditions' | 'spanOpposites' | 'decide' | 'conclude' | 'readsTotals'
>;

function onlineRule({ resolved, subject }: CheckedExpression, table: ConditionTable): OnlineProperties | undefined {
  const online = compileOnline(resolved, subject, table, canFail);
  if (online === undefined) return undefined;
  if (subject === 'trace') return { ...online, condition: -1, neededAtoms: neededAtoms(resolved, online.atoms, table) };
  // A span that cannot match may still fail on the trace's part; then every span is evaluated, so that its error counts.
  const asksAll = skeletonLeaves(resolved).some((leaf) => isTotal(leaf) && totalCanFail(leaf));
  const candidate = asksAll ? undefined : candidateOf(resolved, canFail);
  return { ...online, condition: candidate === undefined ? -1 : table.condition(candidate) };
}

function neededAtoms(resolved: Resolved, atoms: readonly number[], table: ConditionTable): readonly number[] {
  const needed = necessaryConditions(resolved, ({ condition }) => table.findCondition(condition), canFail);
  return atoms.filter((atom) => !table.atoms[atom]!.whenUnmatched && needed.includes(table.atoms[atom]!.condition));
}

/** A span condition can fail on some span; determined from its generated code. */
function canFail(node: Resolved): boolean {
  return new ConditionCompiler({ attribute: () => 0, resourceAttribute: () => 0 }, MIN_STEPS).truth(node).fallible;
}

/** An expression over a trace and its spans can fail. */
export function canFailAtAll(node: Resolved): boolean {
  return isTotal(node) ? totalCanFail(node) : canFailOnTrace(node, canFail);
}

/** Fewer steps than any setting gives: whether a rule can fail must not depend on the setting. */
const MIN_STEPS = 0;
