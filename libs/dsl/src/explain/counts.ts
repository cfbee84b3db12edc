import { partsOf } from '../compile/walk.js';
import type { ConditionOutcome } from '../explain.js';
import { formatExpression } from '../format-expression.js';
import type { Resolved, TraceQuantifier } from '../resolved.js';
import type { LeafValues, Tally } from './leaf-values.js';
import { notAllSatisfy, spansSatisfy } from './sentence.js';

/** What a part's trace function counted, for its outcome, and the sentence that says so (nothing when there is none). */
export interface Counts {
  readonly outcome: Pick<ConditionOutcome, 'matched' | 'at_least' | 'of' | 'witnesses'>;
  sentence(truth: boolean): string | undefined;
}

/** Of the part's only trace function: a part that has several is shown with all their values observed. */
export function countsOf(node: Resolved, values: LeafValues): Counts {
  const [quantifier, another] = quantifiersOf(node);
  const tally = quantifier === undefined || another !== undefined ? undefined : values.tally(quantifier);
  if (quantifier === undefined || tally === undefined) return { outcome: {}, sentence: () => undefined };
  const of = values.spanCount;
  const condition = formatExpression(quantifier.condition.syntax);
  const witnesses = tally.witnesses.length === 0 ? {} : { witnesses: tally.witnesses };
  const counted =
    quantifier.quantifier === 'all' ? countedAll(tally, of) : { matched: tally.count, ...(tally.atLeast ? { at_least: true } : {}) };
  return {
    outcome: { ...counted, of, ...witnesses },
    sentence: (truth) => {
      if (quantifier.quantifier === 'all' && tally.count > 0) return result(notAllSatisfy(of, condition), truth);
      const matched = quantifier.quantifier === 'all' ? of : tally.count;
      return result(spansSatisfy(matched, of, tally.atLeast, condition), truth);
    },
  };

  function result(sentence: string, truth: boolean): string {
    return node === quantifier ? sentence : `${sentence}, so ${formatExpression(node.syntax)} ${truth ? 'holds' : 'does not hold'}`;
  }
}

/** The tally of `all` counts the spans that break it; of those at least one may be all that is known. */
function countedAll(tally: Tally, of: number): Pick<ConditionOutcome, 'matched'> {
  return tally.atLeast ? {} : { matched: of - tally.count };
}

function quantifiersOf(node: Resolved): readonly TraceQuantifier[] {
  if (node.type === 'trace-quantifier') return [node];
  return partsOf(node).flatMap(quantifiersOf);
}
