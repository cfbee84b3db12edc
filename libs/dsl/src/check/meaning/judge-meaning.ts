import { baseOf, eachNode, spansOf } from '../../compile/walk.js';
import type { Relatives, Resolved } from '../../resolved.js';
import type { Findings } from '../context.js';
import { attributeType } from './attribute-type.js';
import { conditionForField, constantField } from './constant-field.js';
import { countOfDistinct } from './count-of-distinct.js';
import { everySpan } from './every-span.js';
import { foreignPattern } from './foreign-pattern.js';
import { listIndex, spanByPlace } from './list-index.js';
import { nilEqualsNil } from './nil-equals-nil.js';
import { notBefore } from './not-before.js';
import { oneRoot } from './one-root.js';
import { quotedNumeral } from './quoted-numeral.js';
import { listOfAttributes, resourceAttribute } from './resource-attribute.js';
import { sameSides, sameSpan } from './same-sides.js';
import { strictOrder } from './strict-order.js';
import { textField } from './text-field.js';
import { timesOfOneSpan } from './times-of-one-span.js';
import { judgeTruth } from './truth.js';
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
  everySpan(root, findings);
  notBefore(root, findings);
}

/** The same of an expression in a script; of a condition also whether it holds always or never. */
export function judgeMeaningInScript(root: Resolved, isCondition: boolean, findings: Findings): void {
  judgeParts(root, findings);
  if (isCondition && !findings.hasErrors) judgeTruth(root, findings, true);
}

function judgeParts(root: Resolved, findings: Findings): void {
  const relatives = new Map<number, Relatives>();
  eachNode(root, (node) => {
    for (const span of spansOf(node)) spanByPlace(baseOf(span), findings);
    if ((node.type === 'trace-quantifier' || node.type === 'trace-aggregate') && node.over !== undefined)
      relatives.set(node.depth, node.over);
    switch (node.type) {
      case 'binary':
        if (sameSides(node, root, findings)) return;
        bareNumber(node, findings);
        oneRoot(node, findings);
        countOfDistinct(node, findings);
        strictOrder(node, findings);
        timesOfOneSpan(node, findings);
        nilEqualsNil(node, findings);
        quotedNumeral(node, findings);
        if (!attributeType(node, findings)) foreignPattern(node, findings);
        return;
      case 'string-test':
        if (!sameSides(node, root, findings) && !attributeType(node, findings)) foreignPattern(node, findings);
        return;
      case 'attribute':
      case 'has-attribute':
        return resourceAttribute(node, findings);
      case 'index':
        listOfAttributes(node, findings);
        return listIndex(node, findings);
      case 'trace-aggregate':
        conditionForField(node, findings);
        textField(node, findings);
        return constantField(node, findings);
      case 'span-order':
        sameSpan(node, relatives, findings);
        return bareDurations(node, findings);
      case 'trace-pair':
        return bareDurations(node, findings);
    }
  });
}
