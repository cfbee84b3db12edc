import type { SpanReference } from '../../contract/explanation.js';
import { isSpanFunction } from '../../interpret/local-test.js';
import { readsOuter } from '../../interpret/pairs/plan/join-plan.js';
import type { SpanView } from '../../trace/span-view.js';
import { formatExpression } from '../../tree/format-expression.js';
import type { Relatives, TraceAggregate, TraceQuantifier } from '../../tree/resolved.js';
import { someNode } from '../../tree/walk.js';
import type { Value } from '../../values/value.js';
import type { Tally } from '../evidence/leaf-values.js';
import { referenceText, spansText, spanText } from '../evidence/span-text.js';
import type { Bindings } from '../evidence/tested-spans.js';
import { nearMiss } from './near-miss.js';
import { bound, type Explainer, type FunctionExplanation, type PartExplanation } from './part-explanation.js';
import { atLeastSatisfy, notAllSatisfy, spansSatisfy } from './sentence.js';
import { type Details, detailsOf } from './witness-details.js';

export const NO_VALUES: ReadonlyMap<string, Value> = new Map();

/** `has`, `count`, `all`: how many spans, which, and their values; if there are none, the closest one. */
export function explainQuantifier(node: TraceQuantifier, bindings: Bindings, explainer: Explainer): FunctionExplanation | undefined {
  const tally = explainer.values.tally(node, bindings);
  if (tally === undefined) return undefined;
  const text = explainer.text(node.condition, node.depth, bindings);
  const found =
    tally.count === 0 && node.quantifier !== 'all'
      ? explainNone(node, bindings, explainer)
      : explainFirst(node, tally, bindings, explainer);
  const { explained, details } = found;
  const isAll = node.quantifier === 'all';
  const owner = ofRelatives(node);
  const total = tally.atLeast ? undefined : tally.of;
  const count = !isAll ? tally.count : total === undefined ? undefined : total - tally.count;
  const sentence = isAll ? allSentence(tally.count, total, text) : hasSentence(tally.count, total, tally.atLeast, text);
  const named = namedText(tally, details);
  const isTaken = node.quantifier === 'has' && details.text !== '' && asksOfOthers(node);
  const counted = {
    ...(count === undefined ? {} : { matched: count }),
    ...(tally.atLeast && !isAll ? { at_least: true } : {}),
    ...(total === undefined ? {} : { of: total }),
  };
  return {
    head: isTaken ? takenApart(tally.spans as readonly SpanView[], node, details, bindings) : `${owner}${sentence}`,
    tail: isTaken ? '' : (found.tail ?? (named === '' ? '' : `: ${named}`)),
    counted,
    ...(count === undefined ? {} : { count }),
    witnesses: tally.witnesses,
    known: tally.spans?.length ?? Math.max(tally.count, tally.witnesses.length),
    values: found.explained?.outcome === 'true' || isAll ? details.values : NO_VALUES,
    children: [explained],
  };
}

/** There is nothing to say about a span. */
const NO_DETAILS: Details = { values: NO_VALUES, text: '' };

interface Found {
  readonly explained: PartExplanation | undefined;
  readonly details: Details;
  readonly tail?: string;
}

function explainFirst(node: TraceQuantifier, { spans }: Tally, bindings: Bindings, explainer: Explainer): Found {
  const { condition, depth } = node;
  const first = spans?.[0];
  if (first === undefined || !explainer.size.isFull) return { explained: explainer.unasked(condition), details: NO_DETAILS };
  const explained = explainer.inside(condition, depth, first, bindings);
  const isTextShown = node.quantifier !== 'has' || !asksOfOthers(node);
  return { explained: explained, details: detailsOf(explained, depth, bound(bindings, depth, first), explainer, isTextShown) };
}

function explainNone({ condition, depth, over }: TraceQuantifier, bindings: Bindings, explainer: Explainer): Found {
  const nearest = over === undefined ? nearMiss(condition, depth, bindings, explainer) : undefined;
  if (nearest === undefined) return { explained: explainer.unasked(condition), details: NO_DETAILS };
  const explained = explainer.inside(condition, depth, nearest, bindings);
  return { explained: explained, details: NO_DETAILS, tail: closest(explained, nearest, depth, bindings, explainer) };
}

/** ` (closest is "audit.log" (s4): attribute.user.id is "u2")`. */
export function closest(explained: PartExplanation, nearest: SpanView, depth: number, bindings: Bindings, explainer: Explainer): string {
  const { text } = detailsOf(explained, depth, bound(bindings, depth, nearest), explainer);
  return ` (closest is ${spanText(nearest)}${text === '' ? '' : `: ${text}`})`;
}

/** A condition about other spans is explained by its result: its text would repeat the rule. */
function asksOfOthers({ condition, depth }: TraceQuantifier): boolean {
  return readsOuter(condition, depth) || someNode(condition, (part) => isSpanFunction(part) || part.type === 'span-order');
}

function takenApart(spans: readonly SpanView[], node: TraceQuantifier, { text }: Details, { size }: Bindings): string {
  const [first] = spans as readonly [SpanView];
  const there = size === 0 ? '' : 'there is ';
  return `${ofRelatives(node)}${spans.length === 1 ? there : `${spans.length} spans, the first is `}${spanText(first)}: ${text}`;
}

function namedText({ witnesses, count }: Tally, { text }: Details): string {
  if (witnesses.length === 0) return '';
  const first = referenceText(witnesses[0] as SpanReference);
  if (text !== '') return `${count === 1 ? '' : 'the first is '}${first}, ${text}`;
  return spansText(witnesses.map(referenceText), count);
}

function hasSentence(count: number, total: number | undefined, atLeast: boolean, condition: string): string {
  return atLeast ? atLeastSatisfy(count, condition) : spansSatisfy(count, total, condition);
}

/** @param others do not satisfy it */
function allSentence(others: number, total: number | undefined, condition: string): string {
  return others > 0 || total === undefined ? notAllSatisfy(total, condition) : spansSatisfy(total, total, condition);
}

/** `of span.children `, for functions over a span's relatives. */
export function ofRelatives({ syntax, over }: (TraceQuantifier | TraceAggregate) & { readonly over?: Relatives }): string {
  if (over === undefined || syntax.type !== 'call' || syntax.callee.type !== 'member') return '';
  return `of ${formatExpression(syntax.callee.object)} `;
}
