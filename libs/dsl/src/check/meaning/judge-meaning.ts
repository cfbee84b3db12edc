import type { Relatives, Resolved, SpanSource } from '../../tree/resolved.js';
import { baseOf, eachNode, spansOf } from '../../tree/walk.js';
import { foreignPattern } from '../foreign/foreign-pattern.js';
import type { Findings } from '../scope/context.js';
import { attributeType } from './attribute-type.js';
import { conditionForField, constantField } from './constant-field.js';
import { countOfDistinct } from './count-of-distinct.js';
import { distinctIds } from './distinct-ids.js';
import { everySpan } from './every-span.js';
import { guardedFalse } from './guarded-false.js';
import { idText } from './id-text.js';
import { joinedSpans } from './joined-spans.js';
import { letterCase } from './letter-case.js';
import { lengthOfMap, listIndex, spanByPlace } from './list-index.js';
import { nilEqualsNil, noteNegated } from './nil-equals-nil.js';
import { notBefore } from './not-before.js';
import { oneRoot } from './one-root.js';
import { oneValue } from './one-value.js';
import { longTolerance, sameConditions } from './pair-arguments.js';
import { type ComparedReadings, comparesReadings, isPlainComparison, type PlainComparison } from './plain-comparison.js';
import { quotedNumeral } from './quoted-numeral.js';
import { quotesInText } from './quotes-in-text.js';
import { listOfAttributes, resourceAttribute } from './resource-attribute.js';
import { allBefore, sameSides, sameSpan } from './same-sides.js';
import { spanAttribute } from './span-attribute.js';
import { strictOrder } from './strict-order.js';
import { textField } from './text-field.js';
import { timesOfOneSpan } from './times-of-one-span.js';
import { judgeTruth } from './truth.js';
import { typeName } from './type-name.js';
import { unasked } from './unasked.js';
import { unitInName } from './unit-in-name.js';
import { bareDurations, bareNumber } from './units.js';

/**
 * What a rule that can be run says that its writer hardly meant. Certain mistakes are errors, doubtful ones warnings; each names one
 * repair where that is certain. One pass over the tree, linear in it.
 */
export function judgeMeaning(root: Resolved, findings: Findings): void {
  judgeParts(root, findings);
  // A comparison of a value with itself needs no second complaint that it is always true.
  if (findings.hasErrors) return;
  judgeTruth(root, findings);
  if (findings.hasErrors) return;
  if (findings.usesTrace) joinedSpans(root, findings);
  everySpan(root, findings);
  notBefore(root, findings);
}

/** The same of an expression in a script; of a condition also whether it holds always or never. */
export function judgeMeaningInScript(root: Resolved, isCondition: boolean, findings: Findings): void {
  judgeParts(root, findings);
  if (!findings.hasErrors) judgeTruth(root, findings, isCondition ? 'condition' : 'value');
}

function judgeParts(root: Resolved, findings: Findings): void {
  const relatives = new Map<number, Relatives>();
  const negated = new Set<Resolved>();
  eachNode(root, (node) => {
    switch (node.type) {
      case 'literal':
        return;
      case 'binary':
        if (isPlainComparison(node)) return judgePlain(node, findings);
        if (comparesReadings(node)) return judgeReadings(node, root, negated.has(node), findings);
        if (sameSides(node, root, findings)) return;
        bareNumber(node, findings);
        unitInName(node, findings);
        oneRoot(node, findings);
        countOfDistinct(node, findings);
        oneValue(node, findings);
        distinctIds(node, findings);
        strictOrder(node, findings);
        timesOfOneSpan(node, findings);
        if (!negated.has(node)) nilEqualsNil(node, findings);
        quotedNumeral(node, findings);
        quotesInText(node, findings);
        letterCase(node, findings);
        typeName(node, findings);
        idText(node, findings);
        if (!attributeType(node, findings)) foreignPattern(node, findings);
        return;
      case 'string-test':
        letterCase(node, findings);
        if (!sameSides(node, root, findings) && !attributeType(node, findings)) foreignPattern(node, findings);
        return;
      case 'field':
      case 'span':
      case 'span-table':
        return byPlace(node.span, findings);
      case 'attribute':
      case 'has-attribute':
        byPlace(node.span, findings);
        return resourceAttribute(node, root, findings);
      case 'index':
        listOfAttributes(node, findings);
        return listIndex(node, findings);
      case 'trace-aggregate':
        byPlaces(node, findings);
        noteRelatives(node, relatives);
        conditionForField(node, findings);
        textField(node, findings);
        return constantField(node, findings);
      case 'resource-attribute':
        byPlace(node.span, findings);
        return spanAttribute(node, findings);
      case 'logical':
        return guardedFalse(node, findings);
      case 'unary':
        if (node.operator === 'not') noteNegated(node, negated);
        return lengthOfMap(node, findings);
      case 'span-order':
        byPlaces(node, findings);
        sameSpan(node, relatives, findings);
        longTolerance(node, findings);
        return bareDurations(node, findings);
      case 'trace-quantifier':
        byPlaces(node, findings);
        noteRelatives(node, relatives);
        allBefore(node, relatives, findings);
        return unasked(node, findings);
      case 'trace-pair':
        noteRelatives(node, relatives);
        sameConditions(node, findings);
        longTolerance(node, findings);
        unasked(node, findings);
        return bareDurations(node, findings);
    }
  });
}

/** What can be wrong with one value and a constant, by what the constant is. */
function judgePlain(node: PlainComparison, findings: Findings): void {
  switch (typeof node.right.value) {
    case 'string':
      quotedNumeral(node, findings);
      if (node.left.type === 'field') {
        quotesInText(node, findings);
        idText(node, findings);
      }
      if (!attributeType(node, findings)) foreignPattern(node, findings);
      return;
    case 'number':
    case 'bigint':
      if (node.left.type === 'field') bareNumber(node, findings);
      else unitInName(node, findings);
  }
}

/** What can be wrong with two values of spans: neither is a constant, a count or a sum. */
function judgeReadings(node: ComparedReadings, root: Resolved, isNegated: boolean, findings: Findings): void {
  if (sameSides(node, root, findings)) return;
  if (node.left.type === 'field' && node.right.type === 'field') {
    bareNumber(node, findings);
    strictOrder(node, findings);
  } else if (!isNegated) nilEqualsNil(node, findings);
}

/** `trace.spans[0].name`. */
function byPlace(span: SpanSource, findings: Findings): void {
  if (span.type !== 'subject' && span.type !== 'bound') spanByPlace(baseOf(span), findings);
}

function byPlaces(node: Resolved, findings: Findings): void {
  for (const span of spansOf(node)) byPlace(span, findings);
}

/** Of which span the one tested at a depth is a relative; at the same depth elsewhere it may be of none. */
function noteRelatives(node: Resolved, relatives: Map<number, Relatives>): void {
  switch (node.type) {
    case 'trace-quantifier':
    case 'trace-aggregate':
      if (node.over === undefined) relatives.delete(node.depth);
      else relatives.set(node.depth, node.over);
      return;
    case 'trace-pair':
      relatives.delete(node.depth);
      relatives.delete(node.depth + 1);
  }
}
