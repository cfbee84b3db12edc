import { partsOf } from '../compile/walk.js';
import type { ConditionOutcome } from '../explain.js';
import { formatExpression } from '../format-expression.js';
import type { Resolved, TracePair, TraceQuantifier } from '../resolved.js';
import type { SpanFunctionNode } from '../span-functions.js';
import type { Expression } from '../syntax.js';
import { type LeafValues, referenceTo, type Tally } from './leaf-values.js';
import { relationOutcome } from './relation-outcome.js';
import { atLeastSatisfy, notAllSatisfy, spansSatisfy } from './sentence.js';

/** What a part's trace function counted, for its outcome, and the sentence that says so (nothing when there is none). */
export interface Counts {
  readonly outcome: Pick<ConditionOutcome, 'matched' | 'at_least' | 'of' | 'witnesses'>;
  sentence(truth: boolean): string | undefined;
}

const NOTHING: Counts = { outcome: {}, sentence: () => undefined };

/** Of the part's only function over spans: a part that has several is shown with all their values observed. */
export function countsOf(node: Resolved, values: LeafValues): Counts {
  const [asked, another] = functionsOf(node);
  if (asked === undefined || another !== undefined) return NOTHING;
  if (asked.type === 'trace-pair') return pairCounts(asked, node, values);
  return asked.type === 'trace-aggregate' ? aggregateCounts(values.tallyOf(asked)) : quantifierCounts(asked, node, values);
}

function quantifierCounts(quantifier: TraceQuantifier, node: Resolved, values: LeafValues): Counts {
  const tally = values.tally(quantifier);
  if (tally === undefined) return NOTHING;
  const { of } = tally;
  const condition = formatExpression(quantifier.condition.syntax);
  const spans = quantifier.over === undefined ? undefined : formatExpression(ownerOf(quantifier));
  const counted =
    quantifier.quantifier === 'all' ? countedAll(tally, of) : { matched: tally.count, ...(tally.atLeast ? { at_least: true } : {}) };
  return {
    outcome: { ...counted, ...(tally.atLeast ? {} : { of }), ...witnessesOf(tally) },
    sentence: (truth) => {
      const sentence = quantified(quantifier, tally, condition);
      return soThat(spans === undefined ? sentence : `of ${spans} ${sentence}`, quantifier, node, truth);
    },
  };
}

function quantified({ quantifier }: TraceQuantifier, { count, of, atLeast }: Tally, condition: string): string {
  if (quantifier === 'all') return count > 0 ? notAllSatisfy(atLeast ? undefined : of, condition) : spansSatisfy(of, of, condition);
  return atLeast ? atLeastSatisfy(count, condition) : spansSatisfy(count, of, condition);
}

/** `span.children` of `span.children.has(c)`. */
function ownerOf({ syntax }: TraceQuantifier): Expression {
  return syntax.type === 'call' && syntax.callee.type === 'member' ? syntax.callee.object : syntax;
}

function aggregateCounts(tally: Tally | undefined): Counts {
  if (tally === undefined) return NOTHING;
  return { outcome: { matched: tally.count, of: tally.of, ...witnessesOf(tally) }, sentence: () => undefined };
}

function pairCounts(pair: TracePair, node: Resolved, values: LeafValues): Counts {
  const pairs = values.pairs(pair);
  if (pairs === undefined) return NOTHING;
  const { matched, witnesses, sentence } = relationOutcome(pair, pairs, values.spanCount);
  const outcome = { matched, of: values.spanCount };
  return {
    outcome: witnesses.length === 0 ? outcome : { ...outcome, witnesses: witnesses.map(referenceTo) },
    sentence: (truth) => soThat(sentence, pair, node, truth),
  };
}

function witnessesOf({ witnesses }: Tally): Pick<ConditionOutcome, 'witnesses'> {
  return witnesses.length === 0 ? {} : { witnesses };
}

/** A part that is more than the function adds what follows from it. */
function soThat(sentence: string, asked: Resolved, node: Resolved, truth: boolean): string {
  return node === asked ? sentence : `${sentence}, so ${formatExpression(node.syntax)} ${truth ? 'holds' : 'does not hold'}`;
}

/** The tally of `all` counts the spans that break it; of those at least one may be all that is known. */
function countedAll(tally: Tally, of: number): Pick<ConditionOutcome, 'matched'> {
  return tally.atLeast ? {} : { matched: of - tally.count };
}

function functionsOf(node: Resolved): readonly SpanFunctionNode[] {
  if (node.type === 'trace-quantifier' || node.type === 'trace-pair' || node.type === 'trace-aggregate') return [node];
  return partsOf(node).flatMap(functionsOf);
}
