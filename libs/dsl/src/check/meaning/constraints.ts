import { factKey } from '../../facts.js';
import { formatExpression } from '../../format-expression.js';
import type { BinaryNode, Relatives, Resolved, SpanSource } from '../../resolved.js';
import { BOOLEAN, NIL } from '../../types.js';
import { fieldValues } from '../../vocabulary.js';
import { isCount } from '../resolve-operator.js';
import type { Constraint, Scalar } from './domain.js';

/** What a condition that is true (or false) says about some value. */
export interface Said {
  /** The value, by a name that is the same wherever it is read. */
  readonly about: string;
  readonly constraint: Constraint;
  /** What is known of it without the condition. */
  readonly initial: readonly Constraint[];
  readonly isWhole: boolean;
}

/**
 * What a condition says of single values when it comes out as `outcome`. Only what is certain: a condition that fails comes out as
 * neither.
 */
export function saidBy(node: Resolved, outcome: boolean): readonly Said[] {
  switch (node.type) {
    case 'unary':
      return node.operator === 'not' ? saidBy(node.operand, !outcome) : [];
    case 'binary':
      return comparison(node, outcome);
    case 'string-test':
      if (node.pattern.type !== 'literal' || typeof node.pattern.value !== 'string') return truth(node, outcome);
      return said(node.subject, { kind: 'test', test: node.test, pattern: node.pattern.value, outcome });
    case 'has-attribute':
      return aboutAttribute(node.span, node.key, outcome);
    case 'span':
      return node.span.type === 'parent' ? presence(node.span, outcome) : truth(node, outcome);
    case 'logical':
      return alternatives(node, outcome);
    case 'trace-quantifier':
      if (node.quantifier !== 'has') return truth(node, outcome);
      return satisfied(node.over, node.condition, outcome ? { kind: 'bound', side: 'low', value: 1, isOpen: false } : ZERO);
    default:
      return truth(node, outcome);
  }
}

const ZERO: Constraint = { kind: 'one-of', values: [0] };
const FALSY: readonly Scalar[] = [undefined, false];

function comparison(node: BinaryNode, outcome: boolean): readonly Said[] {
  const { left, right } = node;
  const isMirrored = left.type === 'literal';
  const value = isMirrored ? left : right;
  const subject = isMirrored ? right : left;
  if (value.type !== 'literal' || subject.type === 'literal' || value.syntax === subject.syntax) return truth(node, outcome);
  const operator = isMirrored ? (MIRRORED[node.operator] ?? node.operator) : node.operator;
  switch (operator) {
    case '==':
    case '~=': {
      const kind = (operator === '==') === outcome ? 'one-of' : 'none-of';
      const known = value.types === NIL || value.value !== undefined;
      return known
        ? [
            ...said(subject, { kind, values: [value.value] }),
            ...(kind === 'one-of' && value.value !== undefined ? readsParent(subject) : []),
          ]
        : [];
    }
    case '<':
    case '<=':
    case '>':
    case '>=':
      if (typeof value.value !== 'number' && typeof value.value !== 'bigint') return [];
      // Where it may fail, its being false is not its opposite being true.
      if (!outcome && (subject.types & NIL) !== 0) return [];
      return [...said(subject, bound(operator, value.value, outcome)), ...readsParent(subject)];
    default:
      return [];
  }
}

const MIRRORED: Readonly<Record<string, BinaryNode['operator']>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' };

function bound(operator: '<' | '<=' | '>' | '>=', value: number | bigint, outcome: boolean): Constraint {
  const isGreater = operator === '>' || operator === '>=';
  const isOpen = operator === '>' || operator === '<';
  return outcome
    ? { kind: 'bound', side: isGreater ? 'low' : 'high', value, isOpen }
    : { kind: 'bound', side: isGreater ? 'high' : 'low', value, isOpen: !isOpen };
}

/** `a == 1 or a == 2`: a is one of them. */
function alternatives(node: Resolved, outcome: boolean): readonly Said[] {
  if (!outcome) return [];
  const values: Scalar[] = [];
  let first: Said | undefined;
  const pending: Resolved[] = [node];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (next.type === 'logical' && next.operator === 'or') {
      pending.push(next.left, next.right);
      continue;
    }
    const [only, ...more] = next.type === 'binary' && next.operator === '==' ? comparison(next, true) : [];
    if (only?.constraint.kind !== 'one-of' || more.length > 0 || (first !== undefined && first.about !== only.about)) return [];
    first = only;
    values.push(...only.constraint.values);
  }
  return first === undefined ? [] : [{ ...first, constraint: { kind: 'one-of', values } }];
}

function said(subject: Resolved, constraint: Constraint): readonly Said[] {
  if (subject.type === 'field' && subject.field === 'parent_id' && isAboutRoot(constraint)) {
    const isRoot = constraint.kind === 'one-of';
    return [{ about: formatExpression(subject.syntax), constraint, initial: [], isWhole: false }, ...rootness(subject.span, isRoot)];
  }
  if (subject.type === 'field' && subject.field === 'is_root' && constraint.kind === 'one-of' && typeof constraint.values[0] === 'boolean')
    return rootness(subject.span, constraint.values[0]);
  if (subject.type === 'trace-quantifier' && subject.quantifier === 'count') return satisfied(subject.over, subject.condition, constraint);
  const about = nameOf(subject);
  if (about === undefined) return [];
  return [{ about, constraint, initial: initialOf(subject), isWhole: isCount(subject) }];
}

function isAboutRoot(constraint: Constraint): boolean {
  return (constraint.kind === 'one-of' || constraint.kind === 'none-of') && constraint.values.length === 1 && constraint.values[0] === '';
}

/** A condition whose value is nothing but true or not. */
function truth(node: Resolved, outcome: boolean): readonly Said[] {
  if (node.type === 'field' && node.field === 'is_root') return rootness(node.span, outcome);
  const constraint: Constraint = { kind: outcome ? 'none-of' : 'one-of', values: FALSY };
  if (node.type === 'attribute' || node.type === 'resource-attribute') return said(node, constraint);
  const about = nameOf(node);
  return about === undefined ? [] : [{ about, constraint, initial: [], isWhole: false }];
}

function aboutAttribute(span: SpanSource, key: string, outcome: boolean): readonly Said[] {
  const about = factKey(span, 'attribute', key);
  if (about === undefined) return [];
  return [{ about, constraint: { kind: outcome ? 'none-of' : 'one-of', values: [undefined] }, initial: [], isWhole: false }];
}

/** A root has no parent. */
function rootness(span: SpanSource, isRoot: boolean): readonly Said[] {
  const about = parentOf(span);
  if (about === undefined) return [];
  return [{ about, constraint: { kind: isRoot ? 'one-of' : 'none-of', values: ['none'] }, initial: [], isWhole: false }];
}

/** `span.parent` is there: then the span is no root. Its absence says nothing, it may not have been seen. */
function presence(span: Extract<SpanSource, { type: 'parent' }>, isThere: boolean): readonly Said[] {
  const about = parentOf(span.of);
  return about === undefined || !isThere ? [] : [{ about, constraint: { kind: 'none-of', values: ['none'] }, initial: [], isWhole: false }];
}

/** A field of the parent was read, and nothing failed. */
function readsParent(subject: Resolved): readonly Said[] {
  const isOfParent = (subject.type === 'field' || subject.type === 'attribute') && subject.span.type === 'parent';
  return isOfParent ? presence(subject.span as Extract<SpanSource, { type: 'parent' }>, true) : [];
}

function parentOf(span: SpanSource): string | undefined {
  const key = factKey(span, 'attribute', '');
  return key === undefined ? undefined : `parent of ${key}`;
}

/** How many spans satisfy a condition: `trace.has(c)` is `trace.count(c) >= 1`. */
function satisfied(over: Relatives | undefined, condition: Resolved, constraint: Constraint): readonly Said[] {
  const text = textOf(condition);
  const whose = over === undefined ? 'trace' : factKey(over.of, 'attribute', over.axis);
  if (text === undefined || whose === undefined) return [];
  return [{ about: `count over ${whose} of ${text}`, constraint, initial: [NOT_NEGATIVE], isWhole: true }];
}

const NOT_NEGATIVE: Constraint = { kind: 'bound', side: 'low', value: 0, isOpen: false };

function initialOf(node: Resolved): readonly Constraint[] {
  const words = node.type === 'field' ? fieldValues(node.field) : undefined;
  if (words !== undefined) return [{ kind: 'one-of', values: words }];
  if (isCount(node)) return [NOT_NEGATIVE];
  return node.types !== 0 && (node.types & ~BOOLEAN) === 0 ? [{ kind: 'one-of', values: [true, false] }] : [];
}

function nameOf(node: Resolved): string | undefined {
  if (node.type === 'attribute' || node.type === 'resource-attribute') return factKey(node.span, node.type, node.key);
  if (node.type === 'literal') return undefined;
  return textOf(node);
}

/** Longer conditions are not compared: the time stays linear. */
const LONGEST = 500;

function textOf({ syntax }: Resolved): string | undefined {
  return syntax.range.end - syntax.range.start > LONGEST ? undefined : formatExpression(syntax);
}
