import type { BinaryNode, Resolved } from '../../../tree/resolved.js';
import { shortText } from '../../../tree/short-text.js';
import { writtenText } from '../../../tree/written-text.js';
import { flatOperands } from '../implied/flat-operands.js';
import { MIRRORED } from '../implied/ordered-as-count.js';
import { mayBeWrittenAlike } from '../implied/written-alike.js';

/** The result of a comparison of counts that is the same on every trace. */
export interface KnownComparison {
  readonly value: boolean;
  readonly reason: string;
  readonly suggestion?: string;
  /** The result depends on the types of the values, so that it is not an error of the whole rule. */
  readonly isMeant?: boolean;
}

const ABOVE: ReadonlySet<string> = new Set(['>', '>=', '==']);

/**
 * `trace.count(a) > trace.span_count`, `trace.count(a and b) > trace.count(a)`: a part is never larger than the whole. So `trace.count(a) /
 * trace.span_count > 50` is never true: a share is at most 1.
 */
export function comparedCounts(node: BinaryNode): KnownComparison | undefined {
  // Fast path: nearly all comparisons end here.
  if (node.left.type === 'field' || node.left.type === 'attribute') return undefined;
  const mirrored = MIRRORED[node.operator];
  return mirrored === undefined ? undefined : (ofTwo(node.left, node.right, node.operator) ?? ofTwo(node.right, node.left, mirrored));
}

function ofTwo(left: Resolved, right: Resolved, operator: string): KnownComparison | undefined {
  if (right.type === 'literal') return share(left, right, operator);
  if (left.type === 'trace-aggregate' && (operator === '>' || operator === '<') && isWrittenAlike(left, right))
    return { value: false, reason: `both sides are ${shortText(left.syntax)}` };
  if (isOfTrace(left) && isOfTrace(right) && isWrittenAlike(left, right)) {
    const value = operator === '==' || operator === '<=' || operator === '>=';
    return { value, reason: `both sides are ${shortText(left.syntax)}` };
  }
  if (!isPart(left, right) || (operator !== '>' && operator !== '<=')) return undefined;
  return { value: operator === '<=', reason: `${shortText(left.syntax)} counts no more spans than ${shortText(right.syntax)}` };
}

function isWrittenAlike(left: Resolved, right: Resolved): boolean {
  return mayBeWrittenAlike(left, right) && writtenText(left.syntax) === writtenText(right.syntax);
}

function share(node: Resolved, limit: Resolved, operator: string): KnownComparison | undefined {
  const number = limit.type === 'literal' && typeof limit.value === 'number' ? limit.value : undefined;
  const max = number === undefined ? undefined : maximumOf(node);
  if (number === undefined || max === undefined || !ABOVE.has(operator)) return undefined;
  if (operator === '>' ? number < max : number <= max) return undefined;
  const isPercent = max === 1 && number > 1 && number <= 100;
  return {
    value: false,
    reason: `a share of the spans is at most ${max}`,
    ...(isPercent ? { suggestion: String(number / 100) } : {}),
  };
}

/** The maximum of a share: 1 for `a / b`, 100 for `a * 100 / b`. */
function maximumOf(node: Resolved, scale = 1): number | undefined {
  if (node.type !== 'binary') return undefined;
  const { operator, left, right } = node;
  if (operator === '*') {
    const factor = [left, right].find(({ type }) => type === 'literal');
    const other = factor === left ? right : left;
    if (factor?.type !== 'literal' || typeof factor.value !== 'number' || !(factor.value > 0)) return undefined;
    return maximumOf(other, scale * factor.value);
  }
  if (operator !== '/') return undefined;
  const [part, factor] = multiplied(left);
  return isPart(part, right) ? scale * factor : undefined;
}

function multiplied(node: Resolved): readonly [Resolved, number] {
  if (node.type !== 'binary' || node.operator !== '*') return [node, 1];
  const { left, right } = node;
  if (right.type === 'literal' && typeof right.value === 'number' && right.value > 0) return [left, right.value];
  if (left.type === 'literal' && typeof left.value === 'number' && left.value > 0) return [right, left.value];
  return [node, 1];
}

/** Whether every span that `part` counts is also counted by `all`. */
function isPart(part: Resolved, all: Resolved): boolean {
  if (part.type !== 'trace-quantifier' || part.quantifier !== 'count') return false;
  if (all.type === 'trace-field') return all.field === 'span_count' && part.over === undefined;
  if (all.type !== 'trace-quantifier' || all.quantifier !== 'count' || part.over !== undefined || all.over !== undefined) return false;
  const own = operandsOf(part.condition);
  const allOperands = operandsOf(all.condition);
  // Building texts costs most, and few conditions are alike.
  if (!allOperands.every((operand) => own.some((other) => mayBeWrittenAlike(operand, other)))) return false;
  const texts = new Set(own.map(({ syntax }) => writtenText(syntax)));
  return allOperands.every(({ syntax }) => texts.has(writtenText(syntax)));
}

function operandsOf(condition: Resolved): readonly Resolved[] {
  return condition.type === 'logical' && condition.operator === 'and' ? flatOperands(condition) : [condition];
}

function isOfTrace(node: Resolved): boolean {
  return node.type === 'trace-field' || (node.type === 'trace-quantifier' && node.quantifier === 'count');
}
