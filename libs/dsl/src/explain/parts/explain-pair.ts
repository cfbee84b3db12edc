import { gap } from '../../trace/span-order.js';
import type { SpanView } from '../../trace/span-view.js';
import { formatExpression } from '../../tree/format-expression.js';
import type { TracePair } from '../../tree/resolved.js';
import { RELATIONS } from '../../tree/span-relation.js';
import { exactDuration } from '../../values/format-duration.js';
import { MAXIMUM_WITNESSES } from '../evidence/leaf-values.js';
import { referenceTo, spanText } from '../evidence/span-text.js';
import type { Bindings, RelatedSpans } from '../evidence/tested-spans.js';
import { closest, NO_VALUES } from './explain-quantifier.js';
import { nearMiss } from './near-miss.js';
import { bound, type Explainer, type FunctionExplanation, type PartExplanation } from './part-explanation.js';
import { spansSatisfy } from './sentence.js';
import { detailsOf } from './witness-details.js';

const STANDS = {
  before: 'ended before',
  follows: 'is followed by',
  preceded: 'is preceded by',
  never_after: 'ended before',
  child: 'is the parent of',
  descendant: 'is above',
} as const;

const STANDS_NOT = {
  before: 'none of them ended before',
  follows: 'is not followed by',
  preceded: 'is not preceded by',
  never_after: 'none of them ended before',
  child: 'none of them is the parent of',
  descendant: 'none of them is above',
} as const;

/** Explains a relation such as `trace.before`: the spans that decided it; for a missing span the closest one. */
export function explainPair(node: TracePair, bindings: Bindings, explainer: Explainer): FunctionExplanation | undefined {
  const pairs = explainer.values.pairs(node, bindings);
  if (pairs === undefined) return undefined;
  return new PairExplainer(node, pairs, bindings, explainer).explain();
}

class PairExplainer {
  private readonly related: readonly RelatedSpans[];

  constructor(
    private readonly node: TracePair,
    private readonly pairs: readonly RelatedSpans[],
    private readonly bindings: Bindings,
    private readonly explainer: Explainer,
  ) {
    this.related = pairs.filter(({ second }) => second !== undefined);
  }

  explain(): FunctionExplanation {
    const { node, pairs, related } = this;
    if (pairs.length === 0) return this.explainNoFirst();
    const isEvery = RELATIONS[node.relation].asks === 'every';
    const lonely = isEvery ? pairs.filter(({ second }) => second === undefined).map(({ first }) => first) : [];
    if (lonely.length > 0) return this.explainLonely(lonely as [SpanView, ...SpanView[]]);
    const [found] = related;
    if (isEvery || found?.second === undefined) return this.explainAll(isEvery);
    return this.explainFound(found.first, found.second);
  }

  /** No span satisfies the first condition. */
  private explainNoFirst(): FunctionExplanation {
    const { node, bindings, explainer } = this;
    const nearest = nearMiss(node.first, node.depth, bindings, explainer);
    const explained = nearest && explainer.inside(node.first, node.depth, nearest, bindings);
    const tail = nearest && explained ? closest(explained, nearest, node.depth, bindings, explainer) : '';
    return this.explained(
      spansSatisfy(0, explainer.values.spanCount, this.firstText),
      tail,
      [],
      [explained ?? explainer.unasked(node.first), explainer.unasked(node.second)],
    );
  }

  /** Spans that satisfy the first condition and are in the relation with no other span. The first of them is shown. */
  private explainLonely(lonely: readonly [SpanView, ...SpanView[]]): FunctionExplanation {
    const { node, explainer } = this;
    const [first] = lonely;
    const inner = bound(this.bindings, node.depth, first);
    const nearest = this.nearestSecond(first);
    const explained = explainer.inside(node.first, node.depth, first, this.bindings);
    const others = lonely.length === 1 ? '' : ` (as ${lonely.length - 1} more)`;
    const sentence = `${this.named(explained, first)}${others} ${STANDS_NOT[node.relation]} a span that satisfies ${this.secondText(first)}${this.within}`;
    const second = nearest && explainer.inside(node.second, node.depth + 1, nearest, inner);
    const tail = nearest && second ? this.missed(first, nearest, second, inner) : '';
    return this.explained(sentence, tail, lonely, [explained, second ?? explainer.unasked(node.second)]);
  }

  /** How the closest span missed: by its values, or by its time. */
  private missed(first: SpanView, nearest: SpanView, explained: PartExplanation, inner: Bindings): string {
    const { node, explainer } = this;
    if (explained.outcome !== 'true') return closest(explained, nearest, node.depth + 1, inner, explainer);
    const isFollowing = node.relation === 'follows';
    const apart = isFollowing ? gap(first, nearest) : gap(nearest, first);
    const distance = isFollowing
      ? apart < 0n
        ? `started ${exactDuration(-apart)} before it ended`
        : `started ${exactDuration(apart)} after it ended`
      : apart < 0n
        ? `ended ${exactDuration(-apart)} after it started`
        : `ended ${exactDuration(apart)} before it started`;
    return ` (closest is ${spanText(nearest)}, which ${distance})`;
  }

  /** The nearest span in time that satisfies the second condition; otherwise the one that satisfies most of it. */
  private nearestSecond(first: SpanView): SpanView | undefined {
    const { node, explainer } = this;
    const inner = bound(this.bindings, node.depth, first);
    const probe = {
      type: 'trace-quantifier',
      quantifier: 'has',
      depth: node.depth + 1,
      condition: node.second,
      syntax: node.syntax,
      types: node.types,
    } as const;
    const found = (explainer.values.tally(probe, inner)?.spans ?? []).filter((span) => span !== first);
    if (found.length === 0) return nearMiss(node.second, node.depth + 1, inner, explainer);
    const distance = (span: SpanView): bigint => {
      const apart = node.relation === 'follows' || node.relation === 'before' ? gap(first, span) : gap(span, first);
      return apart < 0n ? -apart : apart;
    };
    return found.reduce((best, span) => (distance(span) < distance(best) ? span : best));
  }

  /** Each span that satisfies the first condition is in the relation, or none is. */
  private explainAll(isEvery: boolean): FunctionExplanation {
    const { node, pairs, explainer } = this;
    const { first, second } = pairs[0] as RelatedSpans;
    const explained = explainer.inside(node.first, node.depth, first, this.bindings);
    const inner = bound(this.bindings, node.depth, first);
    const explainedSecond =
      second === undefined ? explainer.unasked(node.second) : explainer.inside(node.second, node.depth + 1, second, inner);
    if (isEvery && pairs.length === 1 && second !== undefined && explainedSecond !== undefined) {
      const sentence = `${this.named(explained, first)} ${STANDS[node.relation]} ${this.namedSecond(explainedSecond, second, inner)}${this.within}`;
      return this.explained(sentence, '', [], [explained, explainedSecond]);
    }
    const satisfy = spansSatisfy(pairs.length, explainer.values.spanCount, this.firstText);
    const stands = isEvery ? `and each ${STANDS[node.relation]}` : `and ${STANDS_NOT[node.relation]}`;
    const text = explainer.text(node.second, node.depth + 1, this.bindings);
    const head = `${satisfy}, ${stands} one that satisfies ${text}${isEvery ? this.within : ''}`;
    if (node.relation === 'before') return this.explainNoneBefore(head);
    return this.explained(head, '', [], [explained, explainedSecond]);
  }

  /** No span is before another: shows the span that ended first, and the closest candidate after it. */
  private explainNoneBefore(head: string): FunctionExplanation {
    const { node, pairs, explainer } = this;
    const firsts = pairs.map(({ first }) => first);
    const first = firsts.reduce((best, span) => (BigInt(span.endTime) < BigInt(best.endTime) ? span : best));
    const inner = bound(this.bindings, node.depth, first);
    const explained = explainer.inside(node.first, node.depth, first, this.bindings);
    const nearest = this.nearestSecond(first);
    const second = nearest && explainer.inside(node.second, node.depth + 1, nearest, inner);
    const tail = nearest && second ? this.startedEarly(first, nearest, second, inner) : '';
    return this.explained(head, tail, [], [explained, second ?? explainer.unasked(node.second)]);
  }

  /** Where the clocks do not exclude it, the ancestry is the reason. */
  private startedEarly(first: SpanView, nearest: SpanView, explained: PartExplanation, inner: Bindings): string {
    if (explained.outcome !== 'true') return closest(explained, nearest, this.node.depth + 1, inner, this.explainer);
    const apart = gap(first, nearest);
    return apart >= 0n ? '' : ` (closest is ${spanText(nearest)}, which started ${exactDuration(-apart)} before ${spanText(first)} ended)`;
  }

  private explainFound(first: SpanView, second: SpanView): FunctionExplanation {
    const { node, explainer } = this;
    const inner = bound(this.bindings, node.depth, first);
    const a = explainer.inside(node.first, node.depth, first, this.bindings);
    const b = explainer.inside(node.second, node.depth + 1, second, inner);
    const apart = gap(first, second);
    const stands =
      node.relation === 'before' || node.relation === 'never_after'
        ? `ended ${apart > 0n ? `${exactDuration(apart)} ` : ''}before ${spanText(second)} started${this.detailsAfter(b, second, inner)}`
        : `${STANDS[node.relation]} ${this.namedSecond(b, second, inner)}`;
    return this.explained(`${this.named(a, first)} ${stands}`, '', this.spansOfPairs(), [a, b]);
  }

  /** For all pairs: their spans, those of the first pair first. */
  private spansOfPairs(): readonly SpanView[] {
    return [...new Set(this.related.flatMap(({ first, second }) => (second === undefined ? [first] : [first, second])))];
  }

  private named(explained: PartExplanation, span: SpanView): string {
    const { node, explainer } = this;
    const { text } = detailsOf(explained, node.depth, bound(this.bindings, node.depth, span), explainer);
    return text === '' ? spanText(span) : `${spanText(span)}, ${text},`;
  }

  private namedSecond(explained: PartExplanation, span: SpanView, inner: Bindings): string {
    const text = this.detailsOfSecond(explained, span, inner);
    return text === '' ? spanText(span) : `${spanText(span)}, ${text}`;
  }

  /** After the verb: the text about the second span may end with a verb itself, as in `it ended as "x" (s3) started`. */
  private detailsAfter(explained: PartExplanation, span: SpanView, inner: Bindings): string {
    const text = this.detailsOfSecond(explained, span, inner);
    return text === '' ? '' : `, where ${text}`;
  }

  private detailsOfSecond(explained: PartExplanation, span: SpanView, inner: Bindings): string {
    const { node, explainer } = this;
    return detailsOf(explained, node.depth + 1, bound(inner, node.depth + 1, span), explainer).text;
  }

  private get firstText(): string {
    return this.explainer.text(this.node.first, this.node.depth, this.bindings);
  }

  private secondText(first: SpanView): string {
    return this.explainer.text(this.node.second, this.node.depth + 1, bound(this.bindings, this.node.depth, first));
  }

  private get within(): string {
    return this.node.within === undefined ? '' : ` within ${formatExpression(this.node.within.syntax)}`;
  }

  private explained(
    head: string,
    tail: string,
    witnesses: readonly SpanView[],
    children: readonly (PartExplanation | undefined)[],
  ): FunctionExplanation {
    return {
      head,
      tail,
      counted: { matched: this.related.length, of: this.explainer.values.spanCount },
      count: this.related.length,
      witnesses: witnesses.slice(0, MAXIMUM_WITNESSES).map(referenceTo),
      known: witnesses.length,
      values: NO_VALUES,
      children,
    };
  }
}
