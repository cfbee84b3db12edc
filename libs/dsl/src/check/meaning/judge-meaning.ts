import type { BinaryNode, Relatives, Resolved, SpanSource, TraceAggregate, TraceQuantifier } from '../../tree/resolved.js';
import { baseOf, partsOf } from '../../tree/walk.js';
import { foreignPattern } from '../foreign/foreign-pattern.js';
import type { Findings } from '../scope/scope.js';
import { countOfDistinct } from './counts/count-of-distinct.js';
import { distinctIds } from './counts/distinct-ids.js';
import { oneRoot } from './counts/one-root.js';
import { oneValue } from './counts/one-value.js';
import { type ComparedReadings, comparesReadings, isPlainComparison, type PlainComparison } from './implied/plain-comparison.js';
import { allBefore, sameSides, sameSpan } from './implied/same-sides.js';
import { conditionForField, constantField } from './names/constant-field.js';
import { lengthOfMap, listIndex, spanByPlace } from './names/list-index.js';
import { listOfAttributes, resourceAttribute } from './names/resource-attribute.js';
import { spanAttribute } from './names/span-attribute.js';
import { textField } from './names/text-field.js';
import { notBefore } from './order/not-before.js';
import { longTolerance, sameConditions } from './order/pair-arguments.js';
import { strictOrder } from './order/strict-order.js';
import { timesOfOneSpan } from './order/times-of-one-span.js';
import { everySpan } from './spans/every-span.js';
import { joinedSpans } from './spans/joined-spans.js';
import { unasked } from './spans/unasked.js';
import { guardedFalse } from './truth/guarded-false.js';
import { holdsOfNone } from './truth/holds-of-none.js';
import { judgeTruth } from './truth/truth.js';
import { attributeType } from './values/attribute-type.js';
import { idText } from './values/id-text.js';
import { letterCase } from './values/letter-case.js';
import { guardedIn, nilEqualsNil } from './values/nil-equals-nil.js';
import { quotedNumeral } from './values/quoted-numeral.js';
import { quotesInText } from './values/quotes-in-text.js';
import { typeName } from './values/type-name.js';
import { unitInName } from './values/unit-in-name.js';
import { bareDurations, bareNumber } from './values/units.js';

/**
 * Finds probable mistakes in a valid rule. Certain mistakes are errors, doubtful ones warnings; each has at most one suggested fix. One pass over the
 * tree, in linear time.
 */
export function judgeMeaning(root: Resolved, findings: Findings): void {
  const hasOrders = judgeParts(root, findings);
  // A comparison of a value with itself needs no second diagnostic that it is always true.
  if (findings.hasErrors) return;
  judgeTruth(root, findings);
  if (findings.hasErrors) return;
  if (findings.usesTrace) joinedSpans(root, hasOrders, findings);
  everySpan(root, findings);
  notBefore(root, findings);
  holdsOfNone(root, findings);
}

/** Checks an expression of a script; for a condition also whether it is constant. */
export function judgeMeaningInScript(root: Resolved, isCondition: boolean, findings: Findings): void {
  judgeParts(root, findings);
  if (!findings.hasErrors) judgeTruth(root, findings, isCondition ? 'condition' : 'value');
}

/** Returns whether a condition orders two spans. */
function judgeParts(root: Resolved, findings: Findings): boolean {
  const judge = new PartsJudge(root, findings);
  judge.part(root);
  return judge.hasOrders;
}

/** Checks each node before its children. */
class PartsJudge {
  hasOrders = false;
  /** The relation by which the span tested at a depth was found; a span elsewhere at that depth may have none. */
  private relatives: Map<number, Relatives> | undefined;
  private guarded: ReadonlySet<Resolved> | undefined;

  constructor(
    private readonly root: Resolved,
    private readonly findings: Findings,
  ) {}

  part(node: Resolved): void {
    const { findings } = this;
    switch (node.type) {
      case 'literal':
        return;
      case 'binary':
        if (isPlainComparison(node)) {
          judgePlain(node, findings);
          return this.part(node.left);
        }
        if (comparesReadings(node)) this.readings(node);
        else this.comparison(node);
        this.part(node.left);
        return this.part(node.right);
      case 'logical':
        guardedFalse(node, findings);
        this.part(node.left);
        return this.part(node.right);
      case 'field':
      case 'span':
      case 'span-table':
        return this.place(node.span);
      case 'attribute':
      case 'has-attribute':
        this.placed(node.span);
        resourceAttribute(node, this.root, findings);
        return this.within(node.span);
      case 'unary':
        lengthOfMap(node, findings);
        return this.part(node.operand);
      case 'trace-quantifier':
        this.over(node);
        allBefore(node, this.relatives, findings);
        unasked(node, findings);
        if (node.over !== undefined) this.within(node.over.of);
        return this.part(node.condition);
      case 'string-test':
        letterCase(node, findings);
        if (!sameSides(node, this.root, findings) && !attributeType(node, findings)) foreignPattern(node, findings);
        this.part(node.subject);
        return this.part(node.pattern);
      default:
        this.other(node);
        for (const part of partsOf(node)) this.part(part);
    }
  }

  private comparison(node: BinaryNode): void {
    const { findings } = this;
    if (sameSides(node, this.root, findings)) return;
    bareNumber(node, findings);
    unitInName(node, findings);
    oneRoot(node, findings);
    countOfDistinct(node, findings);
    oneValue(node, findings);
    distinctIds(node, findings);
    strictOrder(node, findings);
    timesOfOneSpan(node, findings);
    nilEqualsNil(node, this.isGuarded, findings);
    quotedNumeral(node, findings);
    quotesInText(node, findings);
    letterCase(node, findings);
    typeName(node, findings);
    idText(node, findings);
    if (!attributeType(node, findings)) foreignPattern(node, findings);
  }

  /** Checks two values of spans; neither is a constant, a count or a sum. */
  private readings(node: ComparedReadings): void {
    const { findings } = this;
    this.hasOrders ||= comparesTimes(node);
    if (sameSides(node, this.root, findings)) return;
    if (node.left.type === 'field' && node.right.type === 'field') {
      bareNumber(node, findings);
      strictOrder(node, findings);
      idText(node, findings);
    } else {
      unitInName(node, findings);
      nilEqualsNil(node, this.isGuarded, findings);
    }
  }

  private other(node: Resolved): void {
    const { findings } = this;
    switch (node.type) {
      case 'index':
        listOfAttributes(node, findings);
        return listIndex(node, findings);
      case 'trace-aggregate':
        this.over(node);
        conditionForField(node, findings);
        textField(node, findings);
        return constantField(node, findings);
      case 'resource-attribute':
        this.placed(node.span);
        return spanAttribute(node, findings);
      case 'span-order':
        this.hasOrders = true;
        this.placed(node.first);
        this.placed(node.second);
        sameSpan(node, this.relatives, findings);
        longTolerance(node, findings);
        return bareDurations(node, findings);
      case 'trace-pair':
        this.relatives?.delete(node.depth);
        this.relatives?.delete(node.depth + 1);
        sameConditions(node, findings);
        longTolerance(node, findings);
        unasked(node, findings);
        return bareDurations(node, findings);
    }
  }

  private over({ over, depth }: TraceQuantifier | TraceAggregate): void {
    if (over === undefined) {
      this.relatives?.delete(depth);
      return;
    }
    this.placed(over.of);
    this.relatives ??= new Map();
    this.relatives.set(depth, over);
  }

  /** Checks `trace.spans[0].name` and the expression in the brackets. */
  private place(span: SpanSource): void {
    if (span.type === 'subject' || span.type === 'bound') return;
    this.placed(span);
    this.within(span);
  }

  private placed(span: SpanSource): void {
    if (span.type !== 'subject' && span.type !== 'bound') spanByPlace(baseOf(span), this.findings);
  }

  private within(span: SpanSource): void {
    if (span.type === 'subject' || span.type === 'bound') return;
    const base = baseOf(span);
    if (base.type === 'nth') this.part(base.index);
  }

  private readonly isGuarded = (node: Resolved): boolean => {
    this.guarded ??= guardedIn(this.root);
    return this.guarded.has(node);
  };
}

/** `a.end_time <= b.start_time`. */
function comparesTimes({ left, right }: ComparedReadings): boolean {
  return left.type === 'field' && right.type === 'field' && left.field.endsWith('_time') && right.field.endsWith('_time');
}

/** Checks a comparison of one value with a constant, by the constant's type. */
function judgePlain(node: PlainComparison, findings: Findings): void {
  switch (typeof node.right.value) {
    case 'string':
      quotedNumeral(node, findings);
      if (node.left.type === 'field') {
        quotesInText(node, findings);
        idText(node, findings);
        foreignPattern(node, findings);
      } else if (!attributeType(node, findings)) foreignPattern(node, findings);
      return;
    case 'number':
    case 'bigint':
      if (node.left.type === 'field') bareNumber(node, findings);
      else unitInName(node, findings);
  }
}
