import type { ConditionOutcome, ExplanationNode } from '../../contract/explain.js';
import { COMPARISONS, kindOf } from '../../contract/explanation-terms.js';
import { isSpanFunction } from '../../interpret/local-test.js';
import { isTruthy } from '../../lua/lua-value.js';
import type { SpanFunctionNode } from '../../trace/span-functions.js';
import { readings } from '../../tree/observed.js';
import type { BinaryNode, Resolved } from '../../tree/resolved.js';
import { textOf } from '../../tree/text-of.js';
import { partsOf } from '../../tree/walk.js';
import { clipped } from '../../values/clipped.js';
import { jsonValue, type ShownValue } from '../../values/json-value.js';
import type { Value } from '../../values/value.js';
import type { PartResult } from '../evidence/part-result.js';
import type { Bindings } from '../evidence/tested-spans.js';
import { comparedSentence, failureSentence, holdsSentence, MIRRORED, unknownSentence } from './sentence.js';
import { tellAggregate } from './tell-aggregate.js';
import { orderSentence } from './tell-order.js';
import { tellPair } from './tell-pair.js';
import { tellQuantifier } from './tell-quantifier.js';
import type { FunctionTold, Teller, Told } from './told.js';
import { isMoment, unitOf, valueText } from './value-unit.js';

/** Maximum of code points of a condition in the list of conditions. */
const LONGEST_CONDITION = 1_000;
const LONGEST_READING = 300;
/** Maximum of witnesses that the list of conditions names. */
const LISTED_WITNESSES = 5;

/** The text about a part that is no `and`, `or` or `not`. */
export interface ToldPart {
  readonly sentence: string;
  readonly outcome: ConditionOutcome;
  readonly details: Partial<ExplanationNode>;
  readonly children: readonly (Told | undefined)[];
}

/** Explains comparisons and other parts by the values they read, and by the results of the functions over spans in them. */
export class PartTeller {
  constructor(private readonly teller: Teller) {}

  /** @param withFunctions whether to include the counts of functions, which takes time */
  tell(node: Resolved, found: PartResult, bindings: Bindings, withFunctions: boolean): ToldPart {
    const condition = textOf(node);
    const functions = withFunctions ? functionsOf(node) : [];
    const told = functions.map((asked) => this.tellFunction(asked, asked === node ? found : this.teller.find(asked, bindings), bindings));
    const [only] = told.length === 1 ? told : [];
    const values = this.valuesOf(node, bindings, told);
    const error = 'error' in found ? { error: clipped(found.error) } : {};
    const value = 'value' in found ? shortened(found.value) : null;
    const witnesses = only === undefined || only.witnesses.length === 0 ? {} : { witnesses: only.witnesses.slice(0, LISTED_WITNESSES) };
    const observed = Object.keys(values).length === 0 ? {} : { observed: values };
    const isFunction = isSpanFunction(node);
    return {
      sentence: this.sentenceOf(node, found, bindings, told),
      outcome: { condition: clipped(condition, LONGEST_CONDITION), value, ...only?.counted, ...witnesses, ...observed, ...error },
      details: {
        ...((isFunction || kindOf(node) === 'value') && typeof value !== 'boolean' && 'value' in found ? { value } : {}),
        ...(Object.keys(values).length === 0 ? {} : { values }),
        ...(isFunction && only !== undefined ? this.countsOf(only) : {}),
        ...error,
      },
      children: isFunction ? (only?.children ?? []) : functions.map((asked, index) => this.functionNode(asked, bindings, told[index])),
    };
  }

  private tellFunction(node: SpanFunctionNode, found: PartResult, bindings: Bindings): FunctionTold | undefined {
    if (node.type === 'trace-pair') return tellPair(node, bindings, this.teller);
    if (node.type === 'trace-quantifier') return tellQuantifier(node, bindings, this.teller);
    return 'value' in found ? tellAggregate(node, found.value, bindings, this.teller) : undefined;
  }

  /** A function within a comparison is a part of its own. */
  private functionNode(node: SpanFunctionNode, bindings: Bindings, told: FunctionTold | undefined): Told | undefined {
    const found = this.teller.find(node, bindings);
    const sentence = told === undefined ? this.sentenceOf(node, found, bindings, []) : saidOf(told);
    const value = 'value' in found && typeof found.value !== 'boolean' ? { value: shortened(found.value) } : {};
    return this.teller.built(
      node,
      found,
      sentence,
      told === undefined ? value : { ...value, ...this.countsOf(told) },
      told?.children ?? [],
    );
  }

  private countsOf({ counted, count, witnesses, known }: FunctionTold): Partial<ExplanationNode> {
    const named = witnesses.slice(0, this.teller.size.witnesses).map(({ span_id }) => clipped(span_id));
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
  private valuesOf(node: Resolved, bindings: Bindings, told: readonly (FunctionTold | undefined)[]): Record<string, ShownValue> {
    const values: Record<string, ShownValue> = {};
    for (const [text, reading] of readings(node)) {
      if (reading === node) continue;
      const found = this.teller.find(reading, bindings);
      if ('value' in found) values[clipped(text, LONGEST_READING)] = shortened(found.value);
    }
    for (const one of told) for (const [text, value] of one?.values ?? []) values[clipped(text, LONGEST_READING)] ??= shortened(value);
    return values;
  }

  private sentenceOf(node: Resolved, found: PartResult, bindings: Bindings, told: readonly (FunctionTold | undefined)[]): string {
    const condition = textOf(node);
    if ('error' in found) return failureSentence(condition, clipped(found.error));
    if (!('value' in found)) return unknownSentence(condition, found.unknown);
    const holds = isTruthy(found.value);
    const known = told.filter((one) => one !== undefined);
    const [only] = known;
    if (only !== undefined && known.length === told.length) {
      if (isSpanFunction(node)) return saidOf(only);
      const compared = isComparison(node) ? this.compared(node, bindings, known, holds) : undefined;
      if (compared !== undefined) return compared;
      return `${known.map(saidOf).join('; ')}, so ${condition} ${holds ? 'holds' : 'does not hold'}`;
    }
    const order = node.type === 'span-order' ? orderSentence(node, holds, bindings, this.teller.values.subject) : undefined;
    return order ?? holdsSentence(condition, holds, this.readTexts(node, bindings, found.value));
  }

  /** `9 of 14 spans satisfy span.name == "query", more than 8: …`. */
  private compared(node: BinaryNode, bindings: Bindings, told: readonly FunctionTold[], holds: boolean): string | undefined {
    const [first] = told as readonly [FunctionTold];
    const { left, right, operator } = node;
    const isLeft = isSpanFunction(left);
    const other = isLeft ? right : left;
    const isMoment = unitOf(isLeft ? left : right) === 'time';
    if (told.length === 1 && (isLeft || isSpanFunction(right)) && !isMoment) {
      const words = comparedSentence(isLeft ? operator : (MIRRORED[operator] ?? operator), this.sideText(other, bindings), holds);
      return `${first.head}, ${words}${first.tail}${first.among ?? ''}`;
    }
    const a = this.teller.find(left, bindings);
    const b = this.teller.find(right, bindings);
    if (!('value' in a && 'value' in b) || isMoment) return undefined;
    const unit = sidesUnit(node);
    const said = told.map(saidOf).join('; ');
    const sign = operator === '~=' ? '!=' : operator;
    return `${said}; ${valueText(a.value, unit)} ${sign} ${valueText(b.value, unit)} ${holds ? 'holds' : 'does not hold'}`;
  }

  private sideText(node: Resolved, bindings: Bindings): string {
    const text = textOf(node);
    if (node.type === 'literal') return text;
    const found = this.teller.find(node, bindings);
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
      const found = this.teller.find(side, bindings);
      const text = textOf(side);
      if ('value' in found && !(unit === 'duration' && isMoment(found.value)))
        texts.set(text, `${text} is ${valueText(found.value, sides.includes(side) ? unit : unitOf(side))}`);
    }
    return [...texts.values()];
  }
}

function saidOf({ head, tail, among = '' }: FunctionTold): string {
  return `${head}${tail}${among}`;
}

function isComparison(node: Resolved): node is BinaryNode {
  return node.type === 'binary' && COMPARISONS.has(node.operator);
}

function isComputed({ type }: Resolved): boolean {
  return type === 'binary' || type === 'library-call' || type === 'unary';
}

/** One compared side may tell what the other measures. */
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
