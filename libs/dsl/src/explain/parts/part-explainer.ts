import type { ConditionOutcome, ExplanationNode } from '../../contract/explanation.js';
import { COMPARISONS, kindOf } from '../../contract/explanation-terms.js';
import { isSpanFunction } from '../../interpret/local-test.js';
import type { SpanFunctionNode } from '../../trace/span-functions.js';
import { readings } from '../../tree/readings.js';
import type { BinaryNode, Resolved } from '../../tree/resolved.js';
import { textOf } from '../../tree/text-of.js';
import { partsOf } from '../../tree/walk.js';
import { clipped } from '../../values/clipped.js';
import { jsonValue, type ShownValue } from '../../values/json-value.js';
import { isTruthy } from '../../values/lua/lua-value.js';
import type { Value } from '../../values/value.js';
import type { PartResult } from '../evidence/part-result.js';
import type { Bindings } from '../evidence/tested-spans.js';
import { explainAggregate } from './explain-aggregate.js';
import { explainPair } from './explain-pair.js';
import { explainQuantifier } from './explain-quantifier.js';
import { orderSentence } from './order-sentence.js';
import type { Explainer, FunctionExplanation, PartExplanation } from './part-explanation.js';
import { comparedSentence, failureSentence, holdsSentence, MIRRORED, unknownSentence } from './sentence.js';
import { isMoment, unitOf, valueText } from './value-unit.js';

/** Maximum of code points of a condition in the list of conditions. */
const MAX_CONDITION_LENGTH = 1_000;
const MAX_READING_LENGTH = 300;
/** Maximum of witnesses that the list of conditions names. */
const LISTED_WITNESSES = 5;

/** The text about a part that is not `and`, `or` or `not`. */
export interface PartDescription {
  readonly sentence: string;
  readonly outcome: ConditionOutcome;
  readonly details: Partial<ExplanationNode>;
  readonly children: readonly (PartExplanation | undefined)[];
}

/** Explains comparisons and other parts by the values they read, and by the results of the functions over spans in them. */
export class PartExplainer {
  constructor(private readonly explainer: Explainer) {}

  /** @param withFunctions whether to include the counts of functions, which takes time */
  explain(node: Resolved, found: PartResult, bindings: Bindings, withFunctions: boolean): PartDescription {
    const condition = textOf(node);
    const functions = withFunctions ? functionsOf(node) : [];
    const explained = functions.map((call) =>
      this.explainFunction(call, call === node ? found : this.explainer.find(call, bindings), bindings),
    );
    const [only] = explained.length === 1 ? explained : [];
    const values = this.valuesOf(node, bindings, explained);
    const error = 'error' in found ? { error: clipped(found.error) } : {};
    const value = 'value' in found ? shortened(found.value) : null;
    const witnesses = only === undefined || only.witnesses.length === 0 ? {} : { witnesses: only.witnesses.slice(0, LISTED_WITNESSES) };
    const observed = Object.keys(values).length === 0 ? {} : { observed: values };
    const isFunction = isSpanFunction(node);
    return {
      sentence: this.sentenceOf(node, found, bindings, explained),
      outcome: { condition: clipped(condition, MAX_CONDITION_LENGTH), value, ...only?.counted, ...witnesses, ...observed, ...error },
      details: {
        ...((isFunction || kindOf(node) === 'value') && typeof value !== 'boolean' && 'value' in found ? { value } : {}),
        ...(Object.keys(values).length === 0 ? {} : { values }),
        ...(isFunction && only !== undefined ? this.countsOf(only) : {}),
        ...error,
      },
      children: isFunction
        ? (only?.children ?? [])
        : functions.map((functionCall, index) => this.functionNode(functionCall, bindings, explained[index])),
    };
  }

  private explainFunction(node: SpanFunctionNode, found: PartResult, bindings: Bindings): FunctionExplanation | undefined {
    if (node.type === 'trace-pair') return explainPair(node, bindings, this.explainer);
    if (node.type === 'trace-quantifier') return explainQuantifier(node, bindings, this.explainer);
    return 'value' in found ? explainAggregate(node, found.value, bindings, this.explainer) : undefined;
  }

  /** A function within a comparison is a part of its own. */
  private functionNode(
    node: SpanFunctionNode,
    bindings: Bindings,
    explained: FunctionExplanation | undefined,
  ): PartExplanation | undefined {
    const found = this.explainer.find(node, bindings);
    const sentence = explained === undefined ? this.sentenceOf(node, found, bindings, []) : saidOf(explained);
    const value = 'value' in found && typeof found.value !== 'boolean' ? { value: shortened(found.value) } : {};
    return this.explainer.built(
      node,
      found,
      sentence,
      explained === undefined ? value : { ...value, ...this.countsOf(explained) },
      explained?.children ?? [],
    );
  }

  private countsOf({ counted, count, witnesses, known }: FunctionExplanation): Partial<ExplanationNode> {
    const named = witnesses.slice(0, this.explainer.size.witnesses).map(({ span_id }) => clipped(span_id));
    const more = known - named.length;
    return {
      ...(count === undefined ? {} : { count }),
      ...(counted.at_least === true ? { at_least: true } : {}),
      ...(counted.of === undefined ? {} : { of: counted.of }),
      ...(named.length === 0 ? {} : { witnesses: named }),
      ...(more > 0 ? { more_witnesses: more } : {}),
    };
  }

  /** The values that the part reads, where they are kept; empty for a part that is the value itself. */
  private valuesOf(
    node: Resolved,
    bindings: Bindings,
    explained: readonly (FunctionExplanation | undefined)[],
  ): Record<string, ShownValue> {
    const values: Record<string, ShownValue> = {};
    for (const [text, reading] of readings(node)) {
      if (reading === node) continue;
      const found = this.explainer.find(reading, bindings);
      if ('value' in found) values[clipped(text, MAX_READING_LENGTH)] = shortened(found.value);
    }
    for (const one of explained)
      for (const [text, value] of one?.values ?? []) values[clipped(text, MAX_READING_LENGTH)] ??= shortened(value);
    return values;
  }

  private sentenceOf(
    node: Resolved,
    found: PartResult,
    bindings: Bindings,
    explained: readonly (FunctionExplanation | undefined)[],
  ): string {
    const condition = textOf(node);
    if ('error' in found) return failureSentence(condition, clipped(found.error));
    if (!('value' in found)) return unknownSentence(condition, found.unknown);
    const holds = isTruthy(found.value);
    const explainedParts = explained.filter((one) => one !== undefined);
    const [only] = explainedParts;
    if (only !== undefined && explainedParts.length === explained.length) {
      if (isSpanFunction(node)) return saidOf(only);
      const compared = isComparison(node) ? this.compared(node, bindings, explainedParts, holds) : undefined;
      if (compared !== undefined) return compared;
      return `${explainedParts.map(saidOf).join('; ')}, so ${condition} ${holds ? 'holds' : 'does not hold'}`;
    }
    const order = node.type === 'span-order' ? orderSentence(node, holds, bindings, this.explainer.values.subject) : undefined;
    return order ?? holdsSentence(condition, holds, this.readTexts(node, bindings, found.value));
  }

  /** `9 of 14 spans satisfy span.name == "query", more than 8: …`. */
  private compared(node: BinaryNode, bindings: Bindings, explained: readonly FunctionExplanation[], holds: boolean): string | undefined {
    const [first] = explained as readonly [FunctionExplanation];
    const { left, right, operator } = node;
    const isLeft = isSpanFunction(left);
    const other = isLeft ? right : left;
    const isMoment = unitOf(isLeft ? left : right) === 'time';
    if (explained.length === 1 && (isLeft || isSpanFunction(right)) && !isMoment) {
      const words = comparedSentence(isLeft ? operator : (MIRRORED[operator] ?? operator), this.sideText(other, bindings), holds);
      return `${first.head}, ${words}${first.tail}${first.among ?? ''}`;
    }
    const a = this.explainer.find(left, bindings);
    const b = this.explainer.find(right, bindings);
    if (!('value' in a && 'value' in b) || isMoment) return undefined;
    const unit = sidesUnit(node);
    const values = explained.map(saidOf).join('; ');
    const sign = operator === '~=' ? '!=' : operator;
    return `${values}; ${valueText(a.value, unit)} ${sign} ${valueText(b.value, unit)} ${holds ? 'holds' : 'does not hold'}`;
  }

  private sideText(node: Resolved, bindings: Bindings): string {
    const text = textOf(node);
    if (node.type === 'literal') return text;
    const found = this.explainer.find(node, bindings);
    return 'value' in found ? `${text} (${valueText(found.value, unitOf(node))})` : text;
  }

  /** The values read, and the sides computed from them; moments are too long to read. */
  private readTexts(node: Resolved, bindings: Bindings, own: Value): readonly string[] {
    // For a boolean the outcome is the value.
    if (partsOf(node).length === 0 && readings(node).size === 1 && typeof own !== 'boolean')
      return [`it is ${valueText(own, unitOf(node))}`];
    const texts = new Map<string, string>();
    const sides = isComparison(node) ? [node.left, node.right].filter(isComputed) : [];
    const unit = isComparison(node) ? sidesUnit(node) : 'plain';
    for (const side of [...sides, ...readings(node).values()]) {
      if (side === node || (unitOf(side) === 'time' && sides.length > 0)) continue;
      const found = this.explainer.find(side, bindings);
      const text = textOf(side);
      if ('value' in found && !(unit === 'duration' && isMoment(found.value)))
        texts.set(text, `${text} is ${valueText(found.value, sides.includes(side) ? unit : unitOf(side))}`);
    }
    return [...texts.values()];
  }
}

function saidOf({ head, tail, among = '' }: FunctionExplanation): string {
  return `${head}${tail}${among}`;
}

function isComparison(node: Resolved): node is BinaryNode {
  return node.type === 'binary' && COMPARISONS.has(node.operator);
}

function isComputed({ type }: Resolved): boolean {
  return type === 'binary' || type === 'library-call' || type === 'unary';
}

/** If one compared side is a duration, both are. */
function sidesUnit({ left, right }: BinaryNode): 'duration' | 'plain' {
  return unitOf(left) === 'duration' || unitOf(right) === 'duration' ? 'duration' : 'plain';
}

/** The functions over spans in a part, except those in their conditions. */
function functionsOf(node: Resolved): readonly SpanFunctionNode[] {
  return isSpanFunction(node) ? [node] : partsOf(node).flatMap(functionsOf);
}

/** Explanations are stored and signed with each violation: a long text is cut. */
export function shortened(value: Value): ShownValue {
  const shown = jsonValue(value);
  return typeof shown === 'string' ? clipped(shown) : shown;
}
