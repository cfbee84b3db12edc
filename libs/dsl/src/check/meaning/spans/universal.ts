import { factKey } from '../../../tree/facts.js';
import type { Relatives, Resolved, TraceQuantifier } from '../../../tree/resolved.js';
import { BOOLEAN } from '../../../values/types.js';
import type { ConditionResult } from '../implied/apart.js';
import { MIRRORED } from '../implied/ordered-as-count.js';
import { neverFails } from './asked-of.js';
import { alternativesOf, isOfOneValue } from './outcome-parts.js';

/** A condition on every span of the trace, or on every relative of a span. */
export interface Universal extends ConditionResult {
  readonly depth: number;
  readonly over: Relatives | undefined;
  /** The part of the rule that implies it. */
  readonly by: Resolved;
  /** Each span satisfies one of these. */
  readonly alternatives: readonly (readonly ConditionResult[])[];
  /** Whether one of them depends only on the span. */
  readonly needsFacts: boolean;
}

/** `trace.all(c)`, `not trace.has(c)`, `trace.count(c) == 0`, `trace.max(span.duration) < 1s`. */
export function universalsOf(part: ConditionResult): readonly Universal[] {
  const universals = universalsIn(part);
  if (universals.length === 0) return NO_UNIVERSALS;
  return universals.map(({ node, outcome, depth, over }) => {
    const alternatives = alternativesOf(node, outcome);
    const needsFacts = alternatives.some((alternative) => alternative.every((one) => isOfOneValue(one.node)));
    return { node, outcome, depth, over, by: part.node, alternatives, needsFacts };
  });
}

type AllAre = Omit<Universal, 'by' | 'alternatives' | 'needsFacts'>;

const NO_UNIVERSALS: readonly Universal[] = [];

function universalsIn({ node, outcome }: ConditionResult): readonly AllAre[] {
  if (node.type === 'unary' && node.operator === 'not') return universalsIn({ node: node.operand, outcome: !outcome });
  if (node.type === 'trace-quantifier') {
    const { quantifier, condition, depth, over } = node;
    if (quantifier === 'all' && outcome) return [{ node: condition, outcome: true, depth, over }];
    if (quantifier === 'has' && !outcome) return none(node);
    return [];
  }
  if (node.type !== 'binary') return [];
  const [subject, limit, operator] =
    node.right.type === 'literal' ? [node.left, node.right, node.operator] : [node.right, node.left, MIRRORED[node.operator]];
  if (limit.type !== 'literal' || operator === undefined) return [];
  if (subject.type === 'trace-quantifier' && subject.quantifier === 'count') {
    const isNone = outcome ? isZero(operator, limit.value) : isZero(NEGATED[operator], limit.value);
    return isNone ? none(subject) : [];
  }
  if (subject.type !== 'trace-aggregate' || subject.condition !== undefined || subject.field.type !== 'field' || !outcome) return [];
  const isMost = subject.aggregate === 'max' && (operator === '<' || operator === '<=');
  const isLeast = subject.aggregate === 'min' && (operator === '>' || operator === '>=');
  if (!isMost && !isLeast) return [];
  const each: Resolved = { type: 'binary', operator, left: subject.field, right: limit, syntax: node.syntax, types: BOOLEAN };
  return [{ node: each, outcome: true, depth: subject.depth, over: subject.over }];
}

const NEGATED: Readonly<Record<string, string>> = { '<': '>=', '<=': '>', '>': '<=', '>=': '<', '==': '~=', '~=': '==' };

function none({ condition, depth, over }: TraceQuantifier): readonly AllAre[] {
  return neverFails(condition) ? [{ node: condition, outcome: false, depth, over }] : [];
}

function isZero(operator: string | undefined, value: unknown): boolean {
  if (typeof value !== 'number') return false;
  return (
    (operator === '==' && value === 0) || (operator === '<' && value > 0 && value <= 1) || (operator === '<=' && value >= 0 && value < 1)
  );
}

/** `trace.count(c) > 2` implies that one exists. */
export function asksForSome({ left, right, operator }: Extract<Resolved, { type: 'binary' }>, outcome: boolean): boolean {
  const [limit, written] = right.type === 'literal' ? [right, operator] : [left, MIRRORED[operator]];
  const stated = outcome ? written : NEGATED[written ?? ''];
  if (limit.type !== 'literal' || typeof limit.value !== 'number') return false;
  return (stated === '>' && limit.value >= 0) || (stated === '>=' && limit.value > 0) || (stated === '==' && limit.value > 0);
}

/** Whether a condition on all of `a` holds for each of `b`. */
export function areAmong(a: Relatives, b: Relatives | undefined): boolean {
  if (b === undefined || (a.axis !== b.axis && (a.axis !== 'descendants' || b.axis !== 'children'))) return false;
  const key = factKey(a.of, 'attribute', '');
  return key !== undefined && key === factKey(b.of, 'attribute', '');
}
