import { isSpanFunction } from '../../interpret/local-test.js';
import type { SpanView } from '../../trace/span-view.js';
import type { Resolved } from '../../tree/resolved.js';
import { textOf } from '../../tree/text-of.js';
import { baseOf, partsOf, someNode, spanOf } from '../../tree/walk.js';
import type { Value } from '../../values/value.js';
import { spanText } from '../evidence/span-text.js';
import type { Bindings } from '../evidence/tested-spans.js';
import { withoutGuards } from './filled-text.js';
import type { Explainer, PartExplanation } from './part-explanation.js';
import { unitOf, valueText } from './value-unit.js';

/** Values and sentences about a span. */
const MAXIMUM_VALUES = 6;

export interface Details {
  /** By the text that reads them. */
  readonly values: ReadonlyMap<string, Value>;
  readonly text: string;
}

/**
 * The details of a span in addition to its name: the values that the condition reads of it, and its results on other spans.
 * @param explained the condition as evaluated on the span; if it is false, only the reason is included
 * @param isTextShown the condition's text is shown next to it: values that it names are omitted
 */
export function detailsOf(
  explained: PartExplanation,
  depth: number,
  bindings: Bindings,
  explainer: Explainer,
  isTextShown = false,
): Details {
  const values = new Map<string, Value>();
  const texts = new Map<string, string>();
  const sentences: string[] = [];
  const note = (reading: Resolved): { readonly value: Value } | undefined => {
    const found = explainer.find(reading, bindings);
    if (!('value' in found) || unitOf(reading) === 'time') return undefined;
    values.set(textOf(reading), found.value);
    return found;
  };
  const evaluated = operandsOf(explained).filter(({ outcome }) => outcome !== 'not_evaluated');
  const decisive = explained.outcome === 'true' ? evaluated : evaluated.slice(-1);
  const decisiveNodes = new Set(withoutGuards(decisive.map(({ node }) => node)));
  for (const { node, because, outcome } of decisive.filter((part) => decisiveNodes.has(part.node))) {
    if (outcome === 'true' && (isNameTest(node, depth) || saysLittle(node, isTextShown))) {
      if (!equalsConstant(node)) for (const reading of ownReadings(node, depth)) note(reading);
      continue;
    }
    if (outcome === 'failed' || outcome === 'undecided' || someNode(node, asksOthers)) {
      sentences.push(...(node.type === 'span-order' ? because.map((sentence) => ofIt(sentence, bindings.get(depth))) : because));
      // The values that inner functions compare with their own.
      for (const reading of ownReadings(node, depth)) note(reading);
      continue;
    }
    for (const reading of ownReadings(node, depth)) {
      const value = note(reading);
      if (value !== undefined) texts.set(textOf(reading), `${textOf(reading)} is ${valueText(value.value, unitOf(reading))}`);
    }
    for (const side of differencesOf(node)) {
      const found = explainer.find(side, bindings);
      if ('value' in found) texts.set(textOf(side), `${textOf(side)} is ${valueText(found.value, 'duration')}`);
    }
  }
  const shown = [...texts.values()].slice(0, MAXIMUM_VALUES);
  return { values, text: [...(shown.length === 0 ? [] : [shown.join(', ')]), ...sentences.slice(0, MAXIMUM_VALUES)].join('; ') };
}

/** The difference of two compared moments, which are too long to read themselves. */
function differencesOf(node: Resolved): readonly Resolved[] {
  if (node.type !== 'binary') return [];
  return [node.left, node.right].filter((side) => side.type === 'binary' && side.operator === '-' && unitOf(side.left) === 'time');
}

/** The span precedes the sentence: `closest is "audit" (s5): it ended 2s after "read" (s3) started`. */
function ofIt(sentence: string, span: SpanView | undefined): string {
  return span === undefined ? sentence : sentence.replace(spanText(span), () => 'it');
}

function operandsOf(explained: PartExplanation): readonly PartExplanation[] {
  return explained.node.type === 'logical' && explained.node.operator === 'and' && explained.parts.length > 0
    ? explained.parts
    : [explained];
}

function asksOthers(node: Resolved): boolean {
  return isSpanFunction(node) || node.type === 'span-order';
}

/** `span.name == "x"`: a named span needs no further text. The subject is at depth 0. */
export function isNameTest(node: Resolved, depth: number): boolean {
  if (node.type !== 'binary' || node.operator !== '==') return false;
  return [node.left, node.right].some((side) => side.type === 'field' && side.field === 'name' && isOwn(side, depth));
}

/** Omits that a value differs from another one, and what the condition's text shows. */
function saysLittle(node: Resolved, isTextShown: boolean): boolean {
  if (node.type === 'span-order') return isTextShown;
  if (node.type !== 'binary') return false;
  if (node.operator === '==') return isTextShown;
  return node.operator === '~=' && (node.left.type === 'literal' || node.right.type === 'literal');
}

function equalsConstant(node: Resolved): boolean {
  return node.type === 'binary' && node.operator === '==' && (node.left.type === 'literal' || node.right.type === 'literal');
}

/** The parts that read the condition's span, one that is reached from it, or the trace. */
function ownReadings(node: Resolved, depth: number): readonly Resolved[] {
  switch (node.type) {
    case 'field':
    case 'attribute':
    case 'resource-attribute':
      return isOwn(node, depth) ? [node] : [];
    case 'trace-field':
      return [node];
    default:
      return partsOf(node).flatMap((part) => ownReadings(part, depth));
  }
}

function isOwn(node: Resolved, depth: number): boolean {
  const span = spanOf(node);
  if (span === undefined) return false;
  const base = baseOf(span);
  if (base.type === 'subject') return depth === 0;
  return (base.type === 'bound' && base.depth === depth) || base.type === 'root' || base.type === 'nth';
}
