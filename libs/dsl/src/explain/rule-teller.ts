import type { ConditionOutcome, Evidence, ExplanationNode, TextRange } from '../contract/explain.js';
import { kindOf } from '../contract/explanation-terms.js';
import { negation } from '../interpret/candidate.js';
import { isSpanCondition } from '../interpret/required-reads.js';
import type { SpanView } from '../trace/span-view.js';
import type { Resolved } from '../tree/resolved.js';
import { textOf } from '../tree/text-of.js';
import { baseOf, operandsOf, spanOf } from '../tree/walk.js';
import { clipped } from '../values/clipped.js';
import { evaluate, isNegation, type Outcomes, outcomeOf, type Shape, shapeOf, TAKEN_APART } from './evidence/evaluation.js';
import { ExplanationSize } from './evidence/explanation-size.js';
import { LeafValues, type SpanBits } from './evidence/leaf-values.js';
import type { PartResult } from './evidence/part-result.js';
import { type Bindings, UNBOUND } from './evidence/tested-spans.js';
import type { ExplainedRule } from './explain-rule.js';
import { filledText, withoutGuards } from './tell/filled-text.js';
import { holdsSentence } from './tell/sentence.js';
import { PartTeller } from './tell/tell-part.js';
import { bound, type Teller, type Told } from './tell/told.js';

/** Maximum of code points in a node's sentence. */
const LONGEST_SENTENCE = 500;

/** The context of a part: the bound spans, and the results there. */
interface Scope {
  readonly bindings: Bindings;
  readonly outcomes: Outcomes;
}

/** Explains the parts of one rule: first their results, as the rule was judged, then why. */
export class RuleTeller implements Teller {
  /** The evaluated parts of the rule that are no `and`, `or` or `not`. */
  readonly conditions: ConditionOutcome[] = [];
  readonly values: LeafValues;
  readonly size = new ExplanationSize();
  private readonly parts: PartTeller;
  private readonly shape: Shape;

  constructor(
    private readonly root: Resolved,
    private readonly rule: ExplainedRule,
    evidence: Evidence,
  ) {
    this.values = new LeafValues(evidence, rule, root);
    this.parts = new PartTeller(this);
    this.shape = this.values.hasSpan ? TAKEN_APART : shapeOf((node) => this.isKnownWhole(node));
  }

  tellRule(): Told {
    const { root } = this;
    const outcomes = this.evaluate(root, UNBOUND);
    this.values.renew();
    const told = this.tell(root, { bindings: UNBOUND, outcomes });
    const { subject } = this.values;
    return told.tree === undefined || subject === undefined ? told : { ...told, tree: { ...told.tree, span: clipped(subject.id) } };
  }

  find(node: Resolved, bindings: Bindings): PartResult {
    return this.values.find(node, bindings === UNBOUND ? this.bitsOf(node) : undefined, bindings);
  }

  inside(condition: Resolved, depth: number, span: SpanView, bindings: Bindings): Told {
    const inner = bound(bindings, depth, span);
    const told = this.tell(condition, { bindings: inner, outcomes: this.evaluate(condition, inner) });
    return told.tree === undefined ? told : { ...told, tree: { ...told.tree, span: clipped(span.id) } };
  }

  unasked(condition: Resolved): Told | undefined {
    return this.size.isFull ? this.tell(condition, { bindings: UNBOUND, outcomes: NOTHING }) : undefined;
  }

  built(
    node: Resolved,
    found: PartResult,
    sentence: string,
    details: Partial<ExplanationNode>,
    children: readonly (Told | undefined)[],
  ): Told {
    return this.told(node, found, [sentence], children, this.size.admits(), details);
  }

  text(condition: Resolved, depth: number, bindings: Bindings): string {
    return filledText(condition, depth, (node) => {
      const span = spanOf(node);
      const base = span && baseOf(span);
      if (base?.type === 'bound' && !bindings.has(base.depth)) return undefined;
      const found = this.find(node, bindings);
      return 'value' in found ? found : undefined;
    });
  }

  private evaluate(root: Resolved, bindings: Bindings): Outcomes {
    return evaluate(root, (part) => this.find(part, bindings), this.shapeAt(bindings));
  }

  /** Children come before the sentence of their node, but the node's place is reserved first. */
  private tell(node: Resolved, scope: Scope): Told {
    const hasPlace = this.size.admits();
    const found = scope.outcomes.get(node);
    if (found === undefined) return this.tellUnevaluated(node, hasPlace);
    const { isWhole, operandsOf } = this.shapeAt(scope.bindings);
    if (isNegation(node) && !isWhole(node)) {
      const inner = this.tell(node.operand, scope);
      return this.told(node, found, inner.because, [inner], hasPlace);
    }
    if (node.type === 'logical' && !isWhole(node)) {
      const operands = operandsOf(node).map((operand) => this.tell(operand, scope));
      const evaluated = operands.filter(({ outcome }) => outcome !== 'not_evaluated');
      const last = evaluated.at(-1);
      const settles = last === undefined || last.outcome !== (node.operator === 'and' ? 'true' : 'false');
      const telling = new Set(withoutGuards(evaluated.map((told) => told.node)));
      const because = settles ? (last?.because ?? []) : evaluated.flatMap((told) => (telling.has(told.node) ? told.because : []));
      return this.told(node, found, because, operands, hasPlace);
    }
    return this.tellPart(node, found, scope, hasPlace);
  }

  private tellPart(node: Resolved, found: PartResult, { bindings, outcomes }: Scope, hasPlace: boolean): Told {
    const { sentence, outcome, details, children } = this.parts.tell(node, found, bindings, bindings === UNBOUND || this.size.isFull);
    if (bindings === UNBOUND && outcomes !== NOTHING) this.conditions.push(outcome);
    const implied = node.type === 'logical' ? this.impliedBy(node, found) : children;
    return this.told(node, found, [sentence], implied, hasPlace, details);
  }

  private told(
    node: Resolved,
    found: PartResult,
    because: readonly string[],
    children: readonly (Told | undefined)[],
    hasPlace: boolean,
    details: Partial<ExplanationNode> = {},
  ): Told {
    const outcome = outcomeOf(found);
    const parts = children.filter((child) => child !== undefined);
    if (!hasPlace) return { node, outcome, because, tree: undefined, parts };
    const isChain = node.type === 'logical' || isNegation(node);
    const sentence = this.size.isTold && !isChain ? clipped(because.join('; '), LONGEST_SENTENCE) : '';
    const trees = parts.map(({ tree }) => tree).filter((tree) => tree !== undefined);
    const omitted = parts.length - trees.length;
    const shown = this.size.isTold ? details : {};
    this.size.add(sentence.length + (shown === details && Object.keys(details).length > 0 ? JSON.stringify(details).length : 0));
    const tree: ExplanationNode = {
      range: this.rangeOf(node),
      kind: kindOf(node),
      outcome,
      ...(sentence === '' ? {} : { sentence }),
      ...shown,
      ...(trees.length === 0 ? {} : { children: trees }),
      ...(omitted === 0 ? {} : { omitted }),
    };
    return { node, outcome, because, tree, parts };
  }

  private tellUnevaluated(node: Resolved, hasPlace: boolean): Told {
    const isTakenApart = this.size.isFull && (node.type === 'logical' || isNegation(node));
    const operands = !isTakenApart
      ? []
      : isNegation(node)
        ? [node.operand]
        : node.type === 'logical'
          ? operandsOf(node, node.operator)
          : [];
    const parts = operands.map((operand) => this.tellUnevaluated(operand, this.size.admits()));
    const trees = parts.map(({ tree }) => tree).filter((tree) => tree !== undefined);
    const children = trees.length === 0 ? {} : { children: trees };
    const tree = { range: this.rangeOf(node), kind: kindOf(node), outcome: 'not_evaluated', ...children } as const;
    return { node, outcome: 'not_evaluated', because: [], tree: hasPlace ? tree : undefined, parts };
  }

  /** For a chain that is known as a whole: the parts whose results follow from its outcome. */
  private impliedBy(node: Extract<Resolved, { type: 'logical' }>, found: PartResult): readonly Told[] {
    const outcome = outcomeOf(found);
    const isImplied = outcome === (node.operator === 'and' ? 'true' : 'false');
    return operandsOf(node, node.operator).map((operand) => {
      const hasPlace = this.size.admits();
      return isImplied
        ? this.told(operand, found, [holdsSentence(textOf(operand), outcome === 'true', [])], [], hasPlace)
        : this.tellUnevaluated(operand, hasPlace);
    });
  }

  private shapeAt(bindings: Bindings): Shape {
    return bindings === UNBOUND ? this.shape : TAKEN_APART;
  }

  /** Of a pending span its bits are kept, not its fields. A part with a bit is explained as one; `not (not x)` where x has none. */
  private isKnownWhole(node: Resolved): boolean {
    if (this.values.hasSpan || (node.type !== 'logical' && !isNegation(node)) || this.bitsOf(node) === undefined) return false;
    return node.type === 'logical' || this.bitsOf(node.operand) === undefined;
  }

  private bitsOf(node: Resolved): SpanBits | undefined {
    if (this.values.hasSpan || !isSpanCondition(node)) return undefined;
    const holds = this.bitOf(node);
    const holdsNot = this.bitOf(negation(node));
    return holds < 0 && holdsNot < 0 ? undefined : { holds, holdsNot };
  }

  private bitOf(node: Resolved): number {
    const condition = this.rule.table.findCondition(node);
    return condition === undefined ? -1 : this.rule.spanConditions.indexOf(condition);
  }

  private rangeOf({ syntax }: Resolved): TextRange {
    let range = ranges.get(syntax);
    if (range === undefined) ranges.set(syntax, (range = placed(this.rule.source, syntax.range)));
    return range;
  }
}

const NOTHING: Outcomes = new Map();
/** Over the parts of all rules in force. */
const ranges = new WeakMap<object, TextRange>();

export function placed(source: ExplainedRule['source'], { start, end }: { readonly start: number; readonly end: number }): TextRange {
  const from = source.place(start);
  const to = source.place(end);
  return { start, end, line: from.line, column: from.column, end_line: to.line, end_column: to.column };
}
