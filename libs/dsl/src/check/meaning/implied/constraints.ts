import type { Expression } from '../../../text/syntax.js';
import { factKey } from '../../../tree/facts.js';
import type { BinaryNode, Relatives, Resolved, SpanSource, StringTestNode, TracePair } from '../../../tree/resolved.js';
import { RELATIONS } from '../../../tree/span-relation.js';
import { baseOf } from '../../../tree/walk.js';
import { writtenText } from '../../../tree/written-text.js';
import { ANY, BOOLEAN, NIL } from '../../../values/types.js';
import { fieldValues } from '../../../vocabulary/vocabulary.js';
import { isCount } from '../../resolve/resolve-operator.js';
import type { Constraint, Scalar } from './domain.js';
import { flatOperands } from './flat-operands.js';
import { MIRRORED } from './ordered-as-count.js';
import { type ComparedReadings, comparesReadings, type Reading } from './plain-comparison.js';
import { isRounded, maximumOf, minimumOf } from './whole-numbers.js';

/** A constraint on a value that follows from the result of a condition. */
export interface Implication {
  /** Only constraints of one kind are compared. */
  readonly kind: string;
  /** The name of the value, the same for every reading of it; undefined if two readings may differ. */
  readonly about: () => string | undefined;
  readonly constraint: Constraint;
  /** Constraints that hold without the condition. */
  readonly initial: readonly Constraint[];
  readonly isWhole: boolean;
  /** Constraints on other values that follow; used only if something else limits those. */
  readonly parts?: () => readonly Implication[];
}

/** Whether it sets a minimum and no maximum. */
export function isAtLeast({ constraint }: Implication): boolean {
  return constraint.kind === 'bound' && constraint.side === 'low';
}

/**
 * The constraints on single values that follow if the condition's result is `outcome`. Only certain ones: a condition that fails has neither result.
 */
export function implicationsOf(node: Resolved, outcome: boolean): readonly Implication[] {
  switch (node.type) {
    case 'unary':
      return node.operator === 'not' ? implicationsOf(node.operand, !outcome) : [];
    case 'binary':
      return comparison(node, outcome);
    case 'string-test':
      if (node.pattern.type !== 'literal' || typeof node.pattern.value !== 'string') return truth(node, outcome);
      return implied(node.subject, { kind: 'test', test: node.test, pattern: node.pattern.value, outcome });
    case 'has-attribute':
      return aboutAttribute(node.span, node.key, outcome);
    case 'span':
      return node.span.type === 'parent' ? presence(node.span, outcome) : truth(node, outcome);
    case 'logical':
      // `not (a or b)`: both are false; `a and b`: both are true.
      if ((node.operator === 'and') === outcome)
        return flatOperands(node).flatMap((part) => (part.type === 'logical' ? [] : implicationsOf(part, outcome)));
      return alternatives(node, outcome);
    case 'trace-quantifier':
      if (node.quantifier !== 'has') return truth(node, outcome);
      return satisfied(node.over, node.condition, outcome ? SOME : ZERO);
    case 'trace-pair':
      return [...truth(node, outcome), ...(outcome && RELATIONS[node.relation].asks === 'some' ? pairOfSome(node) : [])];
    default:
      return truth(node, outcome);
  }
}

/** A condition on a value from a small set (a kind, a count, a boolean), which alone may exclude all of them. */
export function mayExcludeAlone(node: BinaryNode | StringTestNode): boolean {
  if (node.type === 'string-test') return isLimited(node.subject, node.pattern);
  // Two values may always differ.
  if (node.left.type !== 'literal' && node.right.type !== 'literal') return false;
  return isLimited(node.left, node.right) || isLimited(node.right, node.left);
}

function isLimited(node: Resolved, other: Resolved): boolean {
  if (node.type === 'literal') return false;
  const value = other.type === 'literal' ? other.value : undefined;
  // Fast path, for nearly all comparisons: one of the field's values, or a number that a count can exceed and fall below.
  if (node.type === 'field') return node.field === 'is_root' || fieldValues(node.field)?.includes(value as string) === false;
  if (isCount(node))
    return typeof value !== 'number' || !Number.isInteger(value) || value <= minimumOf(node) || value >= maximumOf(node) - 1;
  if (isRounded(node)) return typeof value === 'number' && !Number.isInteger(value);
  return initialOf(node).length > 0;
}

const ZERO: Constraint = { kind: 'one-of', values: [0] };
const SOME: Constraint = { kind: 'bound', side: 'low', value: 1, isOpen: false };
/** The two spans of a pair differ, so that there are at least two. */
const PAIR: Constraint = { kind: 'bound', side: 'low', value: 2, isOpen: false };
const FALSY: readonly Scalar[] = [undefined, false];

function comparison(node: BinaryNode, outcome: boolean): readonly Implication[] {
  const { left, right } = node;
  const isMirrored = left.type === 'literal' && !isVariable(left);
  const value = isMirrored ? left : right;
  const subject = isMirrored ? right : left;
  if (value.type !== 'literal' || isVariable(value)) {
    if (!comparesReadings(node))
      return [...truth(node, outcome), ...(isVariable(left) && isVariable(right) ? twoReadings(node, outcome) : [])];
    if (node.operator !== '==' && node.operator !== '~=') return [...truth(node, outcome), ...twoReadings(node, outcome)];
    // `trace.spans[i]` may be another span at the next reading: equal texts are not enough.
    return hasName(node.left) && hasName(node.right) ? [equalReadings(node, outcome)] : truth(node, outcome);
  }
  if ((subject.type === 'literal' && !isVariable(subject)) || value.syntax === subject.syntax) return truth(node, outcome);
  const operator = isMirrored ? (MIRRORED[node.operator] ?? node.operator) : node.operator;
  switch (operator) {
    case '==':
    case '~=': {
      const kind = (operator === '==') === outcome ? 'one-of' : 'none-of';
      const isConstant = value.types === NIL || value.value !== undefined;
      return isConstant
        ? [
            ...implied(subject, { kind, values: [value.value] }),
            ...(kind === 'one-of' && value.value !== undefined ? readsParent(subject) : []),
          ]
        : [];
    }
    case '<':
    case '<=':
    case '>':
    case '>=':
      if (typeof value.value !== 'number' && typeof value.value !== 'bigint') return [];
      // If it may fail, a false result does not imply the opposite comparison.
      if (!outcome && (subject.types & NIL) !== 0) return [];
      return [...implied(subject, bound(operator, value.value, outcome)), ...readsParent(subject)];
    default:
      return [];
  }
}

/** The possible orders of two values, per operator. */
const STANDS: Readonly<Partial<Record<BinaryNode['operator'], readonly string[]>>> = {
  '<': ['<'],
  '<=': ['<', '=='],
  '==': ['=='],
  '>=': ['>', '=='],
  '>': ['>'],
};

const NOTHING: readonly Constraint[] = [];
const ORDERED: readonly Constraint[] = [{ kind: 'one-of', values: ['<', '==', '>'] }];

/** Opposites such as `a.start_time < b.start_time` and `b.start_time < a.start_time`. */
function twoReadings({ left, right, operator }: BinaryNode, outcome: boolean): readonly Implication[] {
  const areFields = left.type === 'field' && right.type === 'field';
  // A comparison that fails has neither result.
  if (!outcome && !areFields) return [];
  const [first, second] = [nameOf(left), nameOf(right)];
  if (first === undefined || second === undefined) return [];
  const isSorted = first <= second;
  const values = STANDS[(isSorted ? operator : MIRRORED[operator]) ?? '~='];
  if (values === undefined) return [];
  const about = (): string => (isSorted ? `${first} ${second}` : `${second} ${first}`);
  const kind = outcome ? 'one-of' : 'none-of';
  return [{ kind: kindOfTwo(left, right), about, constraint: { kind, values }, initial: areFields ? ORDERED : [], isWhole: false }];
}

const SAME: readonly string[] = ['=='];

/** `a.k == b.k` constrains only its own truth. */
function equalReadings({ left, right, operator }: ComparedReadings, outcome: boolean): Implication {
  const about = (): string | undefined => {
    const [first, second] = [nameOf(left), nameOf(right)];
    if (first === undefined || second === undefined) return undefined;
    return first <= second ? `${first} ${second}` : `${second} ${first}`;
  };
  const constraint: Constraint = { kind: (operator === '==') === outcome ? 'one-of' : 'none-of', values: SAME };
  const areFields = left.type === 'field' && right.type === 'field';
  return { kind: kindOfTwo(left, right), about, constraint, initial: areFields ? ORDERED : NOTHING, isWhole: false };
}

function hasName({ type, span }: Reading): boolean {
  return type === 'field' || baseOf(span).type !== 'nth';
}

/** Independent of the order of the two values. */
function kindOfTwo(left: Resolved, right: Resolved): string {
  const [a, b] = [kindOf(left), kindOf(right)];
  return a <= b ? `${a} ${b}` : `${b} ${a}`;
}

function bound(operator: '<' | '<=' | '>' | '>=', value: number | bigint, outcome: boolean): Constraint {
  const isGreater = operator === '>' || operator === '>=';
  const isOpen = operator === '>' || operator === '<';
  return outcome
    ? { kind: 'bound', side: isGreater ? 'low' : 'high', value, isOpen }
    : { kind: 'bound', side: isGreater ? 'high' : 'low', value, isOpen: !isOpen };
}

/** `a == 1 or a == 2`: a is one of the two. */
function alternatives(node: Resolved, outcome: boolean): readonly Implication[] {
  if (!outcome) return [];
  const values: Scalar[] = [];
  let first: Implication | undefined;
  const pending: Resolved[] = [node];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (next.type === 'logical' && next.operator === 'or') {
      pending.push(next.left, next.right);
      continue;
    }
    const [only, ...more] = next.type === 'binary' && next.operator === '==' ? comparison(next, true) : [];
    if (only?.constraint.kind !== 'one-of' || more.length > 0) return [];
    if (first !== undefined && (first.kind !== only.kind || first.about() !== only.about())) return [];
    first = only;
    values.push(...only.constraint.values);
  }
  return first === undefined ? [] : [{ ...first, constraint: { kind: 'one-of', values } }];
}

function implied(subject: Resolved, constraint: Constraint): readonly Implication[] {
  if (subject.type === 'field' && subject.field === 'parent_id' && isAboutRoot(constraint)) {
    const isRoot = constraint.kind === 'one-of';
    const whose = { kind: subject.field, about: () => nameOf(subject) };
    return [{ ...whose, constraint, initial: [], isWhole: false }, ...rootness(subject.span, isRoot)];
  }
  if (subject.type === 'field' && subject.field === 'is_root' && constraint.kind === 'one-of' && typeof constraint.values[0] === 'boolean')
    return rootness(subject.span, constraint.values[0]);
  if (subject.type === 'trace-quantifier' && subject.quantifier === 'count') return satisfied(subject.over, subject.condition, constraint);
  if (subject.type === 'literal' && !isVariable(subject)) return [];
  const about = {
    kind: kindOf(subject),
    about: () => nameOf(subject),
    constraint,
    initial: initialOf(subject),
    isWhole: isCount(subject) || isRounded(subject),
  };
  return isOfTrace(subject) ? [about, ...atLeastSpans(constraint)] : [about];
}

/** The trace has at least as many spans as the condition counts. */
function isOfTrace(node: Resolved): boolean {
  if (node.type === 'trace-aggregate') return node.over === undefined && isCount(node);
  return node.type === 'unary' && node.operator === '#' && node.operand.type === 'trace-services';
}

function atLeastSpans(constraint: Constraint): readonly Implication[] {
  if (constraint.kind !== 'bound' || constraint.side !== 'low' || constraint.value < 1) return [];
  return [{ kind: 'trace-field', about: () => 'trace span_count', constraint, initial: COUNT, isWhole: true }];
}

function isAboutRoot(constraint: Constraint): boolean {
  return (constraint.kind === 'one-of' || constraint.kind === 'none-of') && constraint.values.length === 1 && constraint.values[0] === '';
}

/** A condition that constrains only its own truth. */
function truth(node: Resolved, outcome: boolean): readonly Implication[] {
  if (node.type === 'field' && node.field === 'is_root') return rootness(node.span, outcome);
  const constraint: Constraint = { kind: outcome ? 'none-of' : 'one-of', values: FALSY };
  if (node.type === 'attribute' || node.type === 'resource-attribute') return implied(node, constraint);
  if (node.type === 'literal' && !isVariable(node)) return [];
  return [{ kind: kindOf(node), about: () => nameOf(node), constraint, initial: [], isWhole: false }];
}

function aboutAttribute(span: SpanSource, key: string, outcome: boolean): readonly Implication[] {
  const about = (): string | undefined => factKey(span, 'attribute', key);
  return [{ kind: key, about, constraint: { kind: outcome ? 'none-of' : 'one-of', values: [undefined] }, initial: [], isWhole: false }];
}

/** A root has no parent. */
function rootness(span: SpanSource, isRoot: boolean): readonly Implication[] {
  const about = (): string | undefined => parentOf(span);
  return [{ kind: 'parent', about, constraint: { kind: isRoot ? 'one-of' : 'none-of', values: ['none'] }, initial: [], isWhole: false }];
}

/** If `span.parent` exists, the span is no root. If not, the parent may be missing from the trace. */
function presence(span: Extract<SpanSource, { type: 'parent' }>, isThere: boolean): readonly Implication[] {
  if (!isThere) return [];
  const about = (): string | undefined => parentOf(span.of);
  return [{ kind: 'parent', about, constraint: { kind: 'none-of', values: ['none'] }, initial: [], isWhole: false }];
}

/** A field of the parent was read without failure, so the parent exists. */
function readsParent(subject: Resolved): readonly Implication[] {
  const isOfParent = (subject.type === 'field' || subject.type === 'attribute') && subject.span.type === 'parent';
  return isOfParent ? presence(subject.span as Extract<SpanSource, { type: 'parent' }>, true) : [];
}

function parentOf(span: SpanSource): string | undefined {
  const key = factKey(span, 'attribute', '');
  return key === undefined ? undefined : `parent of ${key}`;
}

/** The number of spans that satisfy a condition: `trace.has(c)` means `trace.count(c) >= 1`. At least as many satisfy each operand. */
function satisfied(over: Relatives | undefined, condition: Resolved, constraint: Constraint): readonly Implication[] {
  const counted = counts(over, condition, constraint);
  if (!isAtLeastOne(constraint)) return [counted];
  const spans = over === undefined ? atLeastSpans(constraint) : [];
  const isChain = condition.type === 'logical' && condition.operator === 'and';
  const parts = isChain ? () => flatOperands(condition).map((part) => counts(over, part, constraint)) : undefined;
  const whole = parts === undefined ? counted : { ...counted, parts };
  // A span with an ancestor has a parent.
  return over?.axis === 'ancestors' ? [whole, ...rootness(over.of, false)] : [whole, ...spans];
}

function counts(over: Relatives | undefined, condition: Resolved, constraint: Constraint): Implication {
  const about = (): string | undefined => {
    const text = textOf(condition);
    const whose = over === undefined ? 'trace' : factKey(over.of, 'attribute', over.axis);
    return text === undefined || whose === undefined ? undefined : `count over ${whose} of ${text}`;
  };
  return { kind: `count ${shapeOf(condition)}`, about, constraint, initial: COUNT, isWhole: true };
}

/** Equal for conditions of equal text, and rarely for others. */
export function shapeOf(condition: Resolved): string {
  switch (condition.type) {
    case 'binary':
      return `${condition.operator} ${condition.right.type === 'literal' ? String(condition.right.value) : kindOf(condition.right)}`;
    case 'trace-quantifier':
      return `${condition.quantifier} ${shapeOf(condition.condition)}`;
    case 'attribute':
    case 'resource-attribute':
    case 'has-attribute':
      return condition.key;
    case 'string-test':
      return `${condition.test} ${condition.pattern.type === 'literal' ? String(condition.pattern.value) : ''}`;
    case 'logical': {
      // The last operand is the same however the chain is nested.
      let last: Resolved = condition.right;
      while (last.type === 'logical' && last.operator === condition.operator) last = last.right;
      return `${condition.operator} ${shapeOf(last)}`;
    }
    default:
      return condition.type;
  }
}

function isAtLeastOne(constraint: Constraint): boolean {
  return (
    constraint.kind === 'bound' && constraint.side === 'low' && (constraint.value >= 1 || (constraint.value >= 0 && constraint.isOpen))
  );
}

/** `trace.before(a, b)` implies that an a and a b exist. */
function pairOfSome({ first, second }: TracePair): readonly Implication[] {
  const [one, other] = [counts(undefined, first, PAIR), counts(undefined, second, PAIR)];
  const name = one.kind === other.kind ? one.about() : undefined;
  if (name !== undefined && name === other.about()) return satisfied(undefined, first, PAIR);
  return [...satisfied(undefined, first, SOME), ...satisfied(undefined, second, SOME)];
}

const COUNT: readonly Constraint[] = [{ kind: 'bound', side: 'low', value: 0, isOpen: false }];

function ofCount(node: Resolved): readonly Constraint[] {
  const min = minimumOf(node);
  const max = maximumOf(node);
  if (min === 0 && max === Number.POSITIVE_INFINITY) return COUNT;
  return [
    { kind: 'bound', side: 'low', value: min, isOpen: false },
    { kind: 'bound', side: 'high', value: max, isOpen: false },
  ];
}

function initialOf(node: Resolved): readonly Constraint[] {
  const words = node.type === 'field' ? fieldValues(node.field) : undefined;
  if (words !== undefined) return [{ kind: 'one-of', values: words }];
  if (isCount(node)) return ofCount(node);
  return node.types !== 0 && (node.types & ~BOOLEAN) === 0 ? [{ kind: 'one-of', values: [true, false] }] : [];
}

/** Equal for values of one name. */
function kindOf(node: Resolved): string {
  if (node.type === 'attribute' || node.type === 'resource-attribute') return node.key;
  if (node.type === 'binary') return `${node.operator} ${kindOf(node.left)}`;
  if (node.type === 'literal') return VARIABLE;
  return node.type === 'field' ? node.field : node.type;
}

/** The kind of constraints on variables. */
export const VARIABLE = 'variable';

/** A script variable of unknown content, or a part of it. Its value stays the same within one expression, unless that calls a function. */
function isVariable(node: Resolved): boolean {
  return node.type === 'literal' && node.types === ANY && node.value === undefined && isPath(node.syntax);
}

function isPath(syntax: Expression): boolean {
  return syntax.type === 'name' || (syntax.type === 'member' && isPath(syntax.object));
}

function nameOf(node: Resolved): string | undefined {
  if (node.type === 'attribute' || node.type === 'resource-attribute') return factKey(node.span, node.type, node.key);
  if (node.type === 'literal') return isVariable(node) ? `variable ${textOf(node)}` : undefined;
  if (node.type === 'trace-field') return `trace ${node.field}`;
  return (node.type === 'field' ? factKey(node.span, 'field', node.field) : undefined) ?? textOf(node);
}

/** Longer conditions are skipped, to keep the time linear. */
const MAX_TEXT_LENGTH = 500;

function textOf({ syntax }: Resolved): string | undefined {
  return syntax.range.end - syntax.range.start > MAX_TEXT_LENGTH ? undefined : writtenText(syntax);
}
