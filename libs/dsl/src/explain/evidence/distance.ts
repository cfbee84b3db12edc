import type { Resolved } from '../../tree/resolved.js';
import type { PartResult } from './part-result.js';

const COMPARISONS: ReadonlySet<string> = new Set(['==', '<', '<=', '>', '>=']);

/** How far false operands are from being true: for two compared numbers 0 to 1 by their difference; 1 for all others. @param find the value of a part */
export function distanceOf(operands: readonly Resolved[], find: (part: Resolved) => PartResult): number {
  return operands.reduce((sum, operand) => sum + distanceOfOne(operand, find), 0);
}

function distanceOfOne(operand: Resolved, find: (part: Resolved) => PartResult): number {
  if (operand.type !== 'binary' || !COMPARISONS.has(operand.operator)) return 1;
  const a = numberOf(find(operand.left));
  const b = a === undefined ? undefined : numberOf(find(operand.right));
  if (a === undefined || b === undefined) return 1;
  const sum = Math.abs(a) + Math.abs(b);
  const distance = sum === 0 ? 0 : Math.abs(a - b) / sum;
  return Number.isNaN(distance) ? 1 : distance;
}

function numberOf(found: PartResult): number | undefined {
  if (!('value' in found)) return undefined;
  return typeof found.value === 'number' || typeof found.value === 'bigint' ? Number(found.value) : undefined;
}
