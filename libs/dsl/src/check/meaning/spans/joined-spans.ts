import type { Range } from '../../../text/source.js';
import type { Relatives, Resolved, SpanSource, TracePair, TraceQuantifier } from '../../../tree/resolved.js';
import { shortText } from '../../../tree/short-text.js';
import { RELATIONS } from '../../../tree/span-relation.js';
import type { Findings } from '../../scope/scope.js';
import type { ConditionResult } from '../implied/apart.js';
import { type Contradiction, contradictionOfAll } from '../implied/contradiction.js';
import { flatOperands } from '../implied/flat-operands.js';
import { mayConcern, NO_TOPICS, type Topics, topicsOf } from '../implied/topic.js';
import { orderRing } from '../order/order-ring.js';
import { askedOf } from './asked-of.js';
import { type Askable, type AskedPart, comparesTwoSpans, comparesWithItself, holdsOfItself, ofItself } from './of-itself.js';
import { alternativesOf, asksOthers, partsOf, readsSpan, readsTested } from './outcome-parts.js';
import { areAmong, asksForSome, type Universal, universalsOf } from './universal.js';

/** The facts that hold where a condition is evaluated. */
interface Known {
  readonly facts: readonly ConditionResult[];
  readonly universals: readonly Universal[];
  readonly spans: readonly Askable[];
  /** The conditions that enclosing spans put on further spans. */
  readonly asked: readonly AskedPart[];
  /** The topics of `facts`. */
  readonly topics: () => Topics;
}

const AT_FIRST: Known = {
  facts: [],
  universals: [],
  asked: [],
  spans: [{ span: { type: 'subject' } }, { span: { type: 'root' } }],
  topics: () => NO_TOPICS,
};

/** Each condition is compared with all facts; a long rule's further facts are ignored. */
const MAX_FACTS = 40;
const MAX_COMPARISONS = 300;

/**
 * Conditions on several spans that exclude each other. One is on a span, the other on all spans (`span.service == "a" and trace.all(span.service ==
 * "b")`) or in an inner condition (`a.name == "x"`, and within `trace.has(b where …)` another name of a). Those of one chain are reported by
 * contradiction.ts.
 */
export function joinedSpans(root: Resolved, hasOrders: boolean, findings: Findings): void {
  new JoinedSpans(findings, hasOrders).chain(root, true, AT_FIRST, true);
}

const NO_UNIVERSALS: readonly Universal[] = [];
const NONE: readonly ConditionResult[] = [];
const NOT_ASKED: readonly AskedPart[] = [];

/** Computes the topics once, at first use. */
function topicsOnce(facts: readonly ConditionResult[]): () => Topics {
  let topics: Topics | undefined;
  return () => (topics ??= topicsOf(facts));
}

function universalsAmong(parts: readonly ConditionResult[]): readonly Universal[] {
  let all = NO_UNIVERSALS;
  for (const part of parts) {
    const universals = universalsOf(part);
    if (universals.length > 0) all = all.length === 0 ? universals : [...all, ...universals];
  }
  return all;
}

/** Drops conditions on the tested span, which nearly all are. */
function withoutTested(plain: readonly ConditionResult[], tested: number): readonly ConditionResult[] {
  let own: ConditionResult[] | undefined;
  for (const part of plain) if (!readsTested(part.node, tested)) (own ??= []).push(part);
  return own ?? NONE;
}

/** The conditions that ask further spans. */
function othersAmong(parts: readonly ConditionResult[]): readonly ConditionResult[] {
  let others: ConditionResult[] | undefined;
  for (const part of parts) if (!isPlain(part)) (others ??= []).push(part);
  return others ?? NONE;
}

function isPlain({ node }: ConditionResult): boolean {
  return !asksOthers(node);
}

/** Concatenates, without a copy if one list is empty. */
function joined<T>(outer: readonly T[], own: readonly T[]): readonly T[] {
  if (own.length === 0) return outer;
  const all = outer.length === 0 ? own : [...outer, ...own];
  return all.length > MAX_FACTS ? all.slice(0, MAX_FACTS) : all;
}

class JoinedSpans {
  private left = MAX_COMPARISONS;

  constructor(
    private readonly findings: Findings,
    /** Whether a condition of the rule orders two spans. */
    private readonly hasOrders: boolean,
  ) {}

  /**
   * @param isWhole whether a false condition makes the rule false
   * @param tested within a function over spans, the depth of the tested span
   */
  chain(node: Resolved, outcome: boolean, outer: Known, isWhole: boolean, tested?: number): void {
    const parts = partsOf(node, outcome);
    const others = othersAmong(parts);
    const plain = others.length === 0 ? parts : others.length === parts.length ? NONE : parts.filter(isPlain);
    if (this.hasOrders) orderRing(plain, outer.facts, this.findings);
    // Fast path, for nearly all rules about one span.
    if (others.length === 0 && outer.universals.length === 0) {
      const named = this.amongNamed(plain, outer, tested);
      if (named !== undefined) this.reportOnce(named, parts, isWhole);
      return;
    }
    const universals = universalsAmong(others);
    const askedParts = others.length < 2 ? NOT_ASKED : others.map((part) => ({ node: part.node, outcome: part.outcome, depth: tested }));
    const facts = joined(outer.facts, plain);
    const known: Known = {
      facts,
      topics: topicsOnce(facts),
      universals: joined(outer.universals, universals),
      spans: outer.spans,
      asked: joined(outer.asked, askedParts),
    };
    const found = this.amongNamed(plain, outer, tested) ?? this.amongAll(plain, universals, known);
    if (found === undefined) {
      for (const part of others) {
        if (this.left > 0) this.left -= ofItself(part, known, this.findings);
        this.inside(part, known, isWhole);
      }
    } else this.reportOnce(found, parts, isWhole);
  }

  /** Reports, except if the conditions of one chain already contradict each other. */
  private reportOnce(found: Excluded, parts: readonly ConditionResult[], isWhole: boolean): void {
    if (parts.length === 1 || contradictionOfAll(parts) === undefined) this.report(found, isWhole);
  }

  /** Checks the conditions on other spans. */
  private inside({ node, outcome }: ConditionResult, around: Known, isWhole: boolean): void {
    const isOwn = around.universals.length > 0 && around.universals.some(({ by }) => by === node);
    const known = isOwn ? { ...around, universals: around.universals.filter(({ by }) => by !== node) } : around;
    switch (node.type) {
      case 'trace-quantifier': {
        const isThere = node.quantifier === 'has' && outcome;
        return this.tested(node.condition, node.depth, node.over, known, isWhole && isThere, nameOf(node));
      }
      case 'trace-pair':
        return this.pair(node, outcome, known, isWhole);
      case 'trace-aggregate':
        return node.condition === undefined ? undefined : this.tested(node.condition, node.depth, node.over, known, false);
      case 'unary':
        return this.inside({ node: node.operand, outcome: node.operator === 'not' ? !outcome : true }, known, isWhole);
      case 'logical':
        if (node.operator === 'and') return this.chain(node, true, known, false);
        for (const side of flatOperands(node)) this.chain(side, true, known, false);
        return;
      case 'binary':
        for (const side of [node.left, node.right]) {
          if (side.type === 'trace-quantifier' && side.quantifier === 'count')
            this.tested(side.condition, side.depth, side.over, known, isWhole && asksForSome(node, outcome), nameOf(side));
          else if (asksOthers(side)) this.inside({ node: side, outcome: true }, known, false);
        }
    }
  }

  private pair({ relation, first, second, depth }: TracePair, outcome: boolean, known: Known, isWhole: boolean): void {
    const { asks } = RELATIONS[relation];
    const asksForTwo = asks === 'some';
    const hasFirst = outcome === asksForTwo;
    this.tested(first, depth, undefined, known, isWhole && hasFirst);
    const ofFirst = partsOf(first, true).filter(({ node }) => !asksOthers(node));
    const facts = [...known.facts, ...ofFirst];
    const spans = [...known.spans, { span: { type: 'bound', depth } } as const];
    const hasSecond = hasFirst && asks !== 'every';
    this.tested(second, depth + 1, undefined, { ...known, facts, topics: topicsOnce(facts), spans }, isWhole && hasSecond);
  }

  /** Checks the condition on the span tested at a depth: facts about all spans hold for it. */
  private tested(
    condition: Resolved,
    depth: number,
    over: Relatives | undefined,
    known: Known,
    isWhole: boolean,
    name?: string | undefined,
  ): void {
    // Facts concern enclosing spans; nothing is known yet of this one.
    const { facts, universals, asked, topics } = known;
    const spans = [...known.spans, { span: { type: 'bound', depth } as const, over, name }];
    this.chain(condition, true, { facts, universals, spans, asked, topics }, isWhole, depth);
  }

  /** Compares conditions on enclosing spans with the facts. Conditions on the tested span concern none of them. */
  private amongNamed(plain: readonly ConditionResult[], { facts, topics }: Known, tested: number | undefined): Excluded | undefined {
    if (facts.length === 0 || plain.length === 0) return undefined;
    const own = tested === undefined ? plain : withoutTested(plain, tested);
    if (own.length === 0 || !mayConcern(own, topics()) || this.left-- <= 0) return undefined;
    const found = contradictionOfAll([...facts, ...own]);
    return found !== undefined && isJoined(found, own) ? found : undefined;
  }

  /** Compares facts about all spans with those about one; pairs that an enclosing scope compared are skipped. */
  private amongAll(plain: readonly ConditionResult[], own: readonly Universal[], known: Known): Excluded | undefined {
    const { universals, spans, facts } = known;
    if (universals.length === 0) return undefined;
    const topics = known.topics();
    const meant = universals.filter(({ alternatives }) =>
      alternatives.every((alternative) => mayConcern(alternative, topics) || alternative.some(comparesTwoSpans)),
    );
    if (meant.length === 0) return undefined;
    for (const { span, over } of spans) {
      const hasFacts = plain.some(({ node }) => readsSpan(node, span));
      for (const universal of meant) {
        if (!hasFacts && !own.includes(universal)) continue;
        if (universal.over !== undefined && !areAmong(universal.over, over)) continue;
        if (this.left-- <= 0) return undefined;
        // Fast path: mostly nothing is known of the judged span or the root.
        if (universal.needsFacts && !facts.some(({ node }) => readsSpan(node, span))) continue;
        const found = excludedBy(universal, span, facts);
        if (found !== undefined) return { ...found, second: universal.by };
      }
    }
    return undefined;
  }

  private report({ first: a, second: b, isItself }: Excluded, isWhole: boolean): void {
    const [first, second] = a.syntax.range.start <= b.syntax.range.start ? [a, b] : [b, a];
    const texts = [first, second].map(({ syntax }) => shortText(syntax));
    const among = 'the outer span is one of the tested spans';
    const exclusion = `${texts.join(' and ')} exclude each other`;
    const reason = first === second ? among : isItself === true ? `${exclusion}: ${among}` : exclusion;
    const range: Range = { start: first.syntax.range.start, end: Math.max(first.syntax.range.end, second.syntax.range.end) };
    if (isWhole) this.findings.report('BT_DSL_NEVER', range, { reason });
    else this.findings.report('BT_DSL_CONTRADICTION', range, { value: 'false', reason });
  }
}

interface Excluded {
  readonly first: Resolved;
  readonly second: Resolved;
  /** A value is compared with itself, because the span is one of those asked. */
  readonly isItself?: boolean;
}

/** Whether one chain holds both, so that they were reported already. */
function isJoined({ first, second }: Contradiction, plain: readonly ConditionResult[]): boolean {
  const own = new Set(plain.map(({ node }) => node));
  return own.has(first) !== own.has(second);
}

/** A fact about a span that contradicts a condition on all spans; undefined if the span may satisfy it. */
function excludedBy(
  { node, outcome, depth, by }: Universal,
  span: SpanSource,
  facts: readonly ConditionResult[],
): Omit<Excluded, 'second'> | undefined {
  const replaced = askedOf(node, depth, span);
  if (replaced === undefined) return undefined;
  const spanFacts = facts.filter((fact) => readsSpan(fact.node, span));
  let first: Resolved | undefined;
  let isItself = false;
  for (const alternative of alternativesOf(replaced, outcome)) {
    if (alternative.some((part) => comparesWithItself(part.node) && !holdsOfItself(part.node, part.outcome))) {
      isItself = true;
      continue;
    }
    const found = spanFacts.length === 0 ? undefined : contradictionOfAll([...spanFacts, ...alternative]);
    const fact =
      found === undefined
        ? undefined
        : [found.first, found.second].find((part) => spanFacts.some(({ node: candidate }) => candidate === part));
    if (fact === undefined) return undefined;
    first ??= fact;
  }
  return { first: first ?? by, isItself };
}

function nameOf({ syntax }: TraceQuantifier): string | undefined {
  const [argument] = syntax.type === 'call' ? syntax.args : [];
  return argument?.type === 'named-condition' ? argument.name.name : undefined;
}
