import type { Relatives, Resolved, SpanSource } from '../../tree/resolved.js';
import { baseOf, eachNode, spansOf } from '../../tree/walk.js';
import { foreignPattern } from '../foreign/foreign-pattern.js';
import type { Findings } from '../scope/context.js';
import { countOfDistinct } from './counts/count-of-distinct.js';
import { distinctIds } from './counts/distinct-ids.js';
import { oneRoot } from './counts/one-root.js';
import { oneValue } from './counts/one-value.js';
import { conditionForField, constantField } from './names/constant-field.js';
import { lengthOfMap, listIndex, spanByPlace } from './names/list-index.js';
import { listOfAttributes, resourceAttribute } from './names/resource-attribute.js';
import { spanAttribute } from './names/span-attribute.js';
import { textField } from './names/text-field.js';
import { notBefore } from './order/not-before.js';
import { longTolerance, sameConditions } from './order/pair-arguments.js';
import { strictOrder } from './order/strict-order.js';
import { timesOfOneSpan } from './order/times-of-one-span.js';
import { type ComparedReadings, comparesReadings, isPlainComparison, type PlainComparison } from './said/plain-comparison.js';
import { allBefore, sameSides, sameSpan } from './said/same-sides.js';
import { everySpan } from './spans/every-span.js';
import { joinedSpans } from './spans/joined-spans.js';
import { unasked } from './spans/unasked.js';
import { guardedFalse } from './truth/guarded-false.js';
import { holdsOfNone } from './truth/holds-of-none.js';
import { judgeTruth } from './truth/truth.js';
import { attributeType } from './values/attribute-type.js';
import { idText } from './values/id-text.js';
import { letterCase } from './values/letter-case.js';
import { nilEqualsNil, noteGuarded, noteNegated } from './values/nil-equals-nil.js';
import { quotedNumeral } from './values/quoted-numeral.js';
import { quotesInText } from './values/quotes-in-text.js';
import { typeName } from './values/type-name.js';
import { unitInName } from './values/unit-in-name.js';
import { bareDurations, bareNumber } from './values/units.js';

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
  holdsOfNone(root, findings);
}

/** The same of an expression in a script; of a condition also whether it holds always or never. */
export function judgeMeaningInScript(root: Resolved, isCondition: boolean, findings: Findings): void {
  judgeParts(root, findings);
  if (!findings.hasErrors) judgeTruth(root, findings, isCondition ? 'condition' : 'value');
}

function judgeParts(root: Resolved, findings: Findings): void {
  const relatives = new Map<number, Relatives>();
  /** Comparisons that do not hold where both sides are missing, or where that is meant. */
  const guarded = new Set<Resolved>();
  eachNode(root, (node) => {
    switch (node.type) {
      case 'literal':
        return;
      case 'binary':
        if (isPlainComparison(node)) return judgePlain(node, findings);
        if (comparesReadings(node)) return judgeReadings(node, root, guarded.has(node), findings);
        if (sameSides(node, root, findings)) return;
        bareNumber(node, findings);
        unitInName(node, findings);
        oneRoot(node, findings);
        countOfDistinct(node, findings);
        oneValue(node, findings);
        distinctIds(node, findings);
        strictOrder(node, findings);
        timesOfOneSpan(node, findings);
        if (!guarded.has(node)) nilEqualsNil(node, findings);
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
        noteGuarded(node, guarded);
        return guardedFalse(node, findings);
      case 'unary':
        if (node.operator === 'not') noteNegated(node, guarded);
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
function judgeReadings(node: ComparedReadings, root: Resolved, isGuarded: boolean, findings: Findings): void {
  if (sameSides(node, root, findings)) return;
  if (node.left.type === 'field' && node.right.type === 'field') {
    bareNumber(node, findings);
    strictOrder(node, findings);
    idText(node, findings);
  } else {
    unitInName(node, findings);
    if (!isGuarded) nilEqualsNil(node, findings);
  }
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
