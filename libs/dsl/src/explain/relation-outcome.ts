import { formatExpression } from '../format-expression.js';
import type { TracePair } from '../resolved.js';
import type { SpanView } from '../span-view.js';
import { clipped } from './clipped.js';
import { spansSatisfy } from './sentence.js';
import type { RelatedSpans } from './tested-spans.js';

/** What came of `trace.before(a, b)` and its like: the spans that settled it, and the sentence that says so. */
export interface RelationOutcome {
  /** How many spans that satisfy the first condition stand in the relation to one that satisfies the second. */
  readonly matched: number;
  readonly witnesses: readonly SpanView[];
  readonly sentence: string;
}

const MAXIMUM_WITNESSES = 5;

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

export function relationOutcome(pair: TracePair, pairs: readonly RelatedSpans[], of: number): RelationOutcome {
  const [a, b] = [formatExpression(pair.first.syntax), formatExpression(pair.second.syntax)];
  const within = pair.within === undefined ? '' : ` within ${formatExpression(pair.within.syntax)}`;
  const related = pairs.filter(({ second }) => second !== undefined);
  const matched = related.length;
  const satisfy = spansSatisfy(pairs.length, of, a);
  if (pair.relation === 'follows' || pair.relation === 'preceded') {
    const lonely = pairs.filter(({ second }) => second === undefined).map(({ first }) => first);
    const [missed] = lonely;
    if (missed !== undefined) {
      const sentence = `${quoted(missed)} satisfies ${a} and ${STANDS_NOT[pair.relation]} a span that satisfies ${b}${within}`;
      return { matched, witnesses: lonely.slice(0, MAXIMUM_WITNESSES), sentence };
    }
    const sentence = pairs.length === 0 ? satisfy : `${satisfy}, and each ${STANDS[pair.relation]} one that satisfies ${b}${within}`;
    return { matched, witnesses: [], sentence };
  }
  const [found] = related;
  if (found?.second === undefined) {
    return {
      matched,
      witnesses: [],
      sentence: pairs.length === 0 ? satisfy : `${satisfy}, and ${STANDS_NOT[pair.relation]} one that satisfies ${b}`,
    };
  }
  const { first, second } = found;
  const began = pair.relation === 'before' || pair.relation === 'never_after' ? ' started' : '';
  const sentence = `${quoted(first)} (${a}) ${STANDS[pair.relation]} ${quoted(second)} (${b})${began}`;
  return { matched, witnesses: [first, second], sentence };
}

function quoted({ name }: SpanView): string {
  return JSON.stringify(clipped(name));
}
