import type { ConditionOutcome, ExplanationNode, SpanReference } from '../../contract/explanation.js';
import type { ExplanationOutcome } from '../../contract/explanation-terms.js';
import type { SpanView } from '../../trace/span-view.js';
import type { Resolved } from '../../tree/resolved.js';
import type { Value } from '../../values/value.js';
import type { ExplanationSize } from '../evidence/explanation-size.js';
import type { LeafValues } from '../evidence/leaf-values.js';
import type { PartResult } from '../evidence/part-result.js';
import type { Bindings } from '../evidence/tested-spans.js';

/** A part of a rule and the text about it. */
export interface PartExplanation {
  readonly node: Resolved;
  readonly outcome: ExplanationOutcome;
  /** The sentences that give the reason. */
  readonly because: readonly string[];
  /** Undefined where the explanation has no room for it. */
  readonly tree: ExplanationNode | undefined;
  /** The operands of `and`, `or`, `not`, in the order of the text. */
  readonly parts: readonly PartExplanation[];
}

/** The text about a function over spans. */
export interface FunctionExplanation {
  /** Its result: `9 of 14 spans satisfy span.name == "query"`; and its witnesses, with their values. */
  readonly head: string;
  readonly tail: string;
  /** The spans it ranges over. */
  readonly among?: string;
  /** How many spans satisfy its condition or are in its relation, and of how many. */
  readonly counted: Pick<ConditionOutcome, 'matched' | 'at_least' | 'of'>;
  readonly count?: number;
  /** The first of the spans that decided it, and their number. */
  readonly witnesses: readonly SpanReference[];
  readonly known: number;
  /** Values to show next to it, by the text that reads them. */
  readonly values: ReadonlyMap<string, Value>;
  readonly children: readonly (PartExplanation | undefined)[];
}

/** The parts of the whole explanation that explainers of single parts need. */
export interface Explainer {
  readonly values: LeafValues;
  readonly size: ExplanationSize;
  /** The value of a part where some spans are bound. */
  find(node: Resolved, bindings: Bindings): PartResult;
  /** A condition, evaluated on a span of its function. */
  inside(condition: Resolved, depth: number, span: SpanView, bindings: Bindings): PartExplanation;
  /** A condition without a particular span. */
  unasked(condition: Resolved): PartExplanation | undefined;
  /** A part with a known sentence. */
  built(
    node: Resolved,
    found: PartResult,
    sentence: string,
    details: Partial<ExplanationNode>,
    children: readonly (PartExplanation | undefined)[],
  ): PartExplanation;
  /** Its text, with the values of outer spans. */
  text(condition: Resolved, depth: number, bindings: Bindings): string;
}

export function bound(bindings: Bindings, depth: number, span: SpanView): Bindings {
  return new Map([...bindings, [depth, span]]);
}
