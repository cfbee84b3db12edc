import type { ConditionTable } from '../contract/condition-table.js';
import type { ConditionOutcome, Evidence, ExplanationNode, TextRange } from '../contract/explanation.js';
import { kindOf } from '../contract/explanation-terms.js';
import { negation } from '../interpret/candidate.js';
import type { EvaluationLimit } from '../interpret/evaluation-limit.js';
import { isSpanCondition } from '../interpret/required-reads.js';
import type { Source } from '../text/source.js';
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
import { filledText, withoutGuards } from './parts/filled-text.js';
import { PartExplainer } from './parts/part-explainer.js';
import { bound, type Explainer, type PartExplanation } from './parts/part-explanation.js';
import { holdsSentence } from './parts/sentence.js';

/** The compiled conditions of one rule, and its text, for its explanation. */
export interface ExplainedRule {
  readonly source: Source;
  readonly subject: 'span' | 'trace';
  readonly table: ConditionTable;
  /** The conditions whose bits are kept per span, in bit order. */
  readonly spanConditions: readonly number[];
  readonly limit: EvaluationLimit;
}

/** Maximum of code points in a node's sentence. */
const MAX_SENTENCE_LENGTH = 500;

/** The context of a part: the bound spans, and the results there. */
interface Scope {
  readonly bindings: Bindings;
  readonly outcomes: Outcomes;
}

/** Explains the parts of one rule: first their results, as the rule was judged, then why. */
export class RuleExplainer implements Explainer {
  /** The evaluated parts of the rule that are not `and`, `or` or `not`. */
  readonly conditions: ConditionOutcome[] = [];
  readonly values: LeafValues;
  readonly size = new ExplanationSize();
  private readonly parts: PartExplainer;
  private readonly shape: Shape;

  constructor(
    private readonly root: Resolved,
    private readonly rule: ExplainedRule,
    evidence: Evidence,
  ) {
    this.values = new LeafValues(evidence, rule, root);
    this.parts = new PartExplainer(this);
    this.shape = this.values.hasSpan ? TAKEN_APART : shapeOf((node) => this.isKnownWhole(node));
  }

  explainRule(): PartExplanation {
    const { root } = this;
    const outcomes = this.evaluate(root, UNBOUND);
    this.values.renew();
    const explained = this.explain(root, { bindings: UNBOUND, outcomes });
    const { subject } = this.values;
    return explained.tree === undefined || subject === undefined
      ? explained
      : { ...explained, tree: { ...explained.tree, span: clipped(subject.id) } };
  }

  find(node: Resolved, bindings: Bindings): PartResult {
    return this.values.find(node, bindings === UNBOUND ? this.bitsOf(node) : undefined, bindings);
  }

  inside(condition: Resolved, depth: number, span: SpanView, bindings: Bindings): PartExplanation {
    const inner = bound(bindings, depth, span);
    const explained = this.explain(condition, { bindings: inner, outcomes: this.evaluate(condition, inner) });
    return explained.tree === undefined ? explained : { ...explained, tree: { ...explained.tree, span: clipped(span.id) } };
  }

  unasked(condition: Resolved): PartExplanation | undefined {
    return this.size.isFull ? this.explain(condition, { bindings: UNBOUND, outcomes: NOTHING }) : undefined;
  }

  built(
    node: Resolved,
    found: PartResult,
    sentence: string,
    details: Partial<ExplanationNode>,
    children: readonly (PartExplanation | undefined)[],
  ): PartExplanation {
    return this.explained(node, found, [sentence], children, this.size.admits(), details);
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
  private explain(node: Resolved, scope: Scope): PartExplanation {
    const hasPlace = this.size.admits();
    const found = scope.outcomes.get(node);
    if (found === undefined) return this.explainUnevaluated(node, hasPlace);
    const { isWhole, operandsOf } = this.shapeAt(scope.bindings);
    if (isNegation(node) && !isWhole(node)) {
      const inner = this.explain(node.operand, scope);
      return this.explained(node, found, inner.because, [inner], hasPlace);
    }
    if (node.type === 'logical' && !isWhole(node)) {
      const operands = operandsOf(node).map((operand) => this.explain(operand, scope));
      const evaluated = operands.filter(({ outcome }) => outcome !== 'not_evaluated');
      const last = evaluated.at(-1);
      const settles = last === undefined || last.outcome !== (node.operator === 'and' ? 'true' : 'false');
      const decisive = new Set(withoutGuards(evaluated.map((explained) => explained.node)));
      const because = settles
        ? (last?.because ?? [])
        : evaluated.flatMap((explained) => (decisive.has(explained.node) ? explained.because : []));
      return this.explained(node, found, because, operands, hasPlace);
    }
    return this.explainPart(node, found, scope, hasPlace);
  }

  private explainPart(node: Resolved, found: PartResult, { bindings, outcomes }: Scope, hasPlace: boolean): PartExplanation {
    const { sentence, outcome, details, children } = this.parts.explain(node, found, bindings, bindings === UNBOUND || this.size.isFull);
    if (bindings === UNBOUND && outcomes !== NOTHING) this.conditions.push(outcome);
    const implied = node.type === 'logical' ? this.impliedBy(node, found) : children;
    return this.explained(node, found, [sentence], implied, hasPlace, details);
  }

  private explained(
    node: Resolved,
    found: PartResult,
    because: readonly string[],
    children: readonly (PartExplanation | undefined)[],
    hasPlace: boolean,
    details: Partial<ExplanationNode> = {},
  ): PartExplanation {
    const outcome = outcomeOf(found);
    const parts = children.filter((child) => child !== undefined);
    if (!hasPlace) return { node, outcome, because, tree: undefined, parts };
    const isChain = node.type === 'logical' || isNegation(node);
    const sentence = this.size.isDetailed && !isChain ? clipped(because.join('; '), MAX_SENTENCE_LENGTH) : '';
    const trees = parts.map(({ tree }) => tree).filter((tree) => tree !== undefined);
    const omitted = parts.length - trees.length;
    const shown = this.size.isDetailed ? details : {};
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

  private explainUnevaluated(node: Resolved, hasPlace: boolean): PartExplanation {
    const isTakenApart = this.size.isFull && (node.type === 'logical' || isNegation(node));
    const operands = !isTakenApart
      ? []
      : isNegation(node)
        ? [node.operand]
        : node.type === 'logical'
          ? operandsOf(node, node.operator)
          : [];
    const parts = operands.map((operand) => this.explainUnevaluated(operand, this.size.admits()));
    const trees = parts.map(({ tree }) => tree).filter((tree) => tree !== undefined);
    const children = trees.length === 0 ? {} : { children: trees };
    const tree = { range: this.rangeOf(node), kind: kindOf(node), outcome: 'not_evaluated', ...children } as const;
    return { node, outcome: 'not_evaluated', because: [], tree: hasPlace ? tree : undefined, parts };
  }

  /** For a chain that is known as a whole: the parts whose results follow from its outcome. */
  private impliedBy(node: Extract<Resolved, { type: 'logical' }>, found: PartResult): readonly PartExplanation[] {
    const outcome = outcomeOf(found);
    const isImplied = outcome === (node.operator === 'and' ? 'true' : 'false');
    return operandsOf(node, node.operator).map((operand) => {
      const hasPlace = this.size.admits();
      return isImplied
        ? this.explained(operand, found, [holdsSentence(textOf(operand), outcome === 'true', [])], [], hasPlace)
        : this.explainUnevaluated(operand, hasPlace);
    });
  }

  private shapeAt(bindings: Bindings): Shape {
    return bindings === UNBOUND ? this.shape : TAKEN_APART;
  }

  /** A pending span's bits are kept, and its fields are not. A part that has a bit is explained as one part. */
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
