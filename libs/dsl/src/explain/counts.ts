import { someNode } from '../compile/walk.js';
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

/** Of the part's first trace function: a part that has several is shown with all their values observed. */
export function countsOf(node: Resolved, values: LeafValues): Counts {
  const quantifier = firstQuantifier(node);
  const tally = quantifier === undefined ? undefined : values.tally(quantifier);
  if (quantifier === undefined || tally === undefined) return { outcome: {}, sentence: () => undefined };
  const of = values.spanCount;
  const condition = formatExpression(quantifier.condition.syntax);
  const witnesses = tally.witnesses.length === 0 ? {} : { witnesses: tally.witnesses };
  if (quantifier.quantifier === 'all') {
    const none = tally.count === 0;
    return {
      outcome: { ...(none ? { matched: of } : tally.atLeast ? {} : { matched: of - tally.count }), of, ...witnesses },
      sentence: () => (quantifier !== node ? undefined : none ? spansSatisfy(of, of, false, condition) : notAllSatisfy(of, condition)),
    };
  }
  return {
    outcome: { matched: tally.count, ...(tally.atLeast ? { at_least: true } : {}), of, ...witnesses },
    sentence: (truth) => sentenceOf(node, quantifier, tally, of, condition, truth),
  };
}

function sentenceOf(node: Resolved, quantifier: TraceQuantifier, tally: Tally, of: number, condition: string, truth: boolean): string {
  const counted = spansSatisfy(tally.count, of, tally.atLeast, condition);
  if (node === quantifier) return counted;
  return `${counted}, so ${formatExpression(node.syntax)} ${truth ? 'holds' : 'does not hold'}`;
}

function firstQuantifier(node: Resolved): TraceQuantifier | undefined {
  let found: TraceQuantifier | undefined;
  someNode(node, (part) => {
    if (part.type !== 'trace-quantifier') return false;
    found = part;
    return true;
  });
  return found;
}
