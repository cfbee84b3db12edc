import { formatExpression } from '../../format-expression.js';
import type { Relatives, Resolved, SpanSource, TracePair } from '../../resolved.js';
import type { Range } from '../../source.js';
import type { Findings } from '../context.js';
import { askedOf } from './asked-of.js';
import { type Contradiction, contradictionOfAll, type Outcome } from './contradiction.js';
import { flatOperands } from './flat-operands.js';
import { orderRing } from './order-ring.js';
import { alternativesOf, asksOthers, partsOf, readsSpan, readsTested } from './outcome-parts.js';
import { areAmong, asksForSome, type Universal, universalsOf } from './universal.js';

/** A span that can be asked: of the trace, or one of the relatives of another. */
interface Askable {
  readonly span: SpanSource;
  readonly over?: Relatives | undefined;
}

/** What is known where a condition is asked. */
interface Known {
  readonly facts: readonly Outcome[];
  readonly universals: readonly Universal[];
  readonly spans: readonly Askable[];
}

const AT_FIRST: Known = { facts: [], universals: [], spans: [{ span: { type: 'subject' } }, { span: { type: 'root' } }] };

/** Each condition is compared with all around it: of a long rule the rest is not. */
const MOST_FACTS = 40;
const MOST_COMPARISONS = 300;

/**
 * Conditions of several spans that exclude each other: of a span and of all spans of its trace (`span.service == "a" and trace.all(span.service ==
 * "b")`), of a span and of one tested within (`a.name == "x"`, and of the same a within `trace.has(b where …)` that it is called "y").
 * Those of one chain are not told again (contradiction.ts).
 */
export function joinedSpans(root: Resolved, findings: Findings): void {
  new JoinedSpans(findings).chain(root, true, AT_FIRST, true);
}

class JoinedSpans {
  private left = MOST_COMPARISONS;

  constructor(private readonly findings: Findings) {}

  /** @param isWhole where the condition is false, the rule is */
  chain(node: Resolved, outcome: boolean, outer: Known, isWhole: boolean): void {
    const parts = partsOf(node, outcome);
    const plain = parts.filter((part) => !asksOthers(part.node));
    orderRing(plain, [...outer.facts, ...plain], this.findings);
    // Nearly all rules that ask one span.
    if (plain.length === parts.length && (outer.facts.length === 0 || plain.length === 0) && outer.universals.length === 0) return;
    const universals = parts.flatMap(universalsOf);
    const known: Known = {
      facts: [...outer.facts, ...plain].slice(0, MOST_FACTS),
      universals: universals.length === 0 ? outer.universals : [...outer.universals, ...universals].slice(0, MOST_FACTS),
      spans: outer.spans,
    };
    if (this.isTold(parts, known, outer) || this.excluded(plain, known, outer, isWhole)) return;
    for (const part of parts) if (asksOthers(part.node)) this.inside(part, known, isWhole);
  }

  /** Conditions that are asked of other spans. */
  private inside({ node, outcome }: Outcome, around: Known, isWhole: boolean): void {
    const isOwn = around.universals.some(({ by }) => by === node);
    const known = isOwn ? { ...around, universals: around.universals.filter(({ by }) => by !== node) } : around;
    switch (node.type) {
      case 'trace-quantifier': {
        const isThere = node.quantifier === 'has' && outcome;
        return this.tested(node.condition, node.depth, node.over, known, isWhole && isThere);
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
            this.tested(side.condition, side.depth, side.over, known, isWhole && asksForSome(node, outcome));
          else if (asksOthers(side)) this.inside({ node: side, outcome: true }, known, false);
        }
    }
  }

  private pair({ relation, first, second, depth }: TracePair, outcome: boolean, known: Known, isWhole: boolean): void {
    const asksForTwo = relation === 'before' || relation === 'child' || relation === 'descendant';
    const hasFirst = outcome === asksForTwo;
    this.tested(first, depth, undefined, known, isWhole && hasFirst);
    const ofFirst = partsOf(first, true).filter(({ node }) => !asksOthers(node));
    const facts = [...known.facts.filter(({ node }) => !readsTested(node, depth)), ...ofFirst];
    const spans = [...known.spans, { span: { type: 'bound', depth } } as const];
    const hasSecond = hasFirst && (asksForTwo || relation === 'never_after');
    this.tested(second, depth + 1, undefined, { ...known, facts, spans }, isWhole && hasSecond);
  }

  /** The condition of a span that is tested at a depth: what holds of all spans holds of it. */
  private tested(condition: Resolved, depth: number, over: Relatives | undefined, known: Known, isWhole: boolean): void {
    const facts = known.facts.filter(({ node }) => !readsTested(node, depth));
    this.chain(condition, true, { ...known, facts, spans: [...known.spans, { span: { type: 'bound', depth }, over }] }, isWhole);
  }

  /** By the look at the chain alone. */
  private isTold(parts: readonly Outcome[], known: Known, outer: Known): boolean {
    if (known.universals.length === 0 && outer.facts.length === 0) return false;
    return parts.length > 1 && contradictionOfAll(parts) !== undefined;
  }

  /** Reports that what is asked here excludes what is known around it, or what holds of all spans. */
  private excluded(plain: readonly Outcome[], known: Known, outer: Known, isWhole: boolean): boolean {
    if (outer.facts.length > 0 && plain.length > 0 && this.left-- > 0) {
      const found = contradictionOfAll(known.facts);
      if (found !== undefined && isJoined(found, plain)) return this.report(found.first, found.second, isWhole);
    }
    for (const universal of known.universals) {
      for (const { span, over } of known.spans) {
        if (universal.over !== undefined && !areAmong(universal.over, over)) continue;
        if (this.left-- <= 0) return false;
        const by = excludedBy(universal, span, known.facts);
        if (by !== undefined) return this.report(by, universal.by, isWhole);
      }
    }
    return false;
  }

  private report(a: Resolved, b: Resolved, isWhole: boolean): true {
    const [first, second] = a.syntax.range.start <= b.syntax.range.start ? [a, b] : [b, a];
    const texts = [first, second].map(({ syntax }) => short(formatExpression(syntax)));
    const reason = `${texts.join(' and ')} exclude each other`;
    const range: Range = { start: first.syntax.range.start, end: Math.max(first.syntax.range.end, second.syntax.range.end) };
    if (isWhole) this.findings.report('BT_DSL_NEVER', range, { reason });
    else this.findings.report('BT_DSL_CONTRADICTION', range, { value: 'false', reason });
    return true;
  }
}

/** Of conditions of one chain it was told already. */
function isJoined({ first, second }: Contradiction, plain: readonly Outcome[]): boolean {
  const own = new Set(plain.map(({ node }) => node));
  return own.has(first) !== own.has(second);
}

/** A fact about a span that excludes what holds of every span; undefined when it may be one of them. */
function excludedBy({ node, outcome, depth }: Universal, span: SpanSource, facts: readonly Outcome[]): Resolved | undefined {
  const asked = askedOf(node, depth, span);
  if (asked === undefined) return undefined;
  const of = facts.filter((fact) => readsSpan(fact.node, span));
  if (of.length === 0) return undefined;
  const alternatives = alternativesOf(asked, outcome);
  let first: Resolved | undefined;
  for (const alternative of alternatives) {
    const found = contradictionOfAll([...of, ...alternative]);
    const fact = found === undefined ? undefined : [found.first, found.second].find((part) => of.some(({ node: known }) => known === part));
    if (fact === undefined) return undefined;
    first ??= fact;
  }
  return first;
}

const LONGEST = 60;

function short(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
