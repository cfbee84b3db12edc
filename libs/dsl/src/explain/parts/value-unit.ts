import { countsValues } from '../../tree/aggregate-traits.js';
import type { Resolved } from '../../tree/resolved.js';
import { clipped } from '../../values/clipped.js';
import { formatDuration } from '../../values/format-duration.js';
import { jsonValue } from '../../values/json-value.js';
import type { Value } from '../../values/value.js';

/** How people read a number: as a length of time, as a moment (too long to read), or as it is. */
export type Unit = 'duration' | 'time' | 'plain';

/** What a part of a rule measures, as far as its text shows. */
export function unitOf(node: Resolved): Unit {
  switch (node.type) {
    case 'literal':
      return node.syntax.type === 'duration' ? 'duration' : 'plain';
    case 'field':
      return node.field === 'duration' ? 'duration' : node.field === 'start_time' || node.field === 'end_time' ? 'time' : 'plain';
    case 'trace-field':
      return node.field === 'duration' ? 'duration' : 'plain';
    case 'trace-aggregate':
      return countsValues(node.aggregate) ? 'plain' : unitOf(node.field);
    case 'unary':
      return node.operator === '-' ? unitOf(node.operand) : 'plain';
    case 'logical':
      return unitOf(node.left);
    case 'binary':
      return unitOfArithmetic(node.operator, unitOf(node.left), unitOf(node.right));
    default:
      return 'plain';
  }
}

function unitOfArithmetic(operator: string, left: Unit, right: Unit): Unit {
  switch (operator) {
    case '-':
      // The operand subtracted from a time is usually another time.
      return left === 'time' ? 'duration' : left;
    case '+':
      return left === 'time' || right === 'time' ? 'time' : left === 'duration' ? left : right;
    case '*':
      return left === 'plain' ? right : left;
    case '/':
      return right === 'plain' ? left : 'plain';
    default:
      return 'plain';
  }
}

/** Nanoseconds since 1970, also in an attribute with as many digits. */
export function isMoment(value: Value): value is number | bigint {
  return (typeof value === 'number' || typeof value === 'bigint') && value >= 1e17;
}

/** Maximum of code points of a value within a sentence. */
const MAX_SHOWN_LENGTH = 80;

/** A value for people: durations with their unit, strings quoted, long ones cut. */
export function valueText(value: Value, unit: Unit = 'plain'): string {
  if (unit === 'duration' && (typeof value === 'bigint' || (typeof value === 'number' && Number.isFinite(value))))
    return formatDuration(value);
  const shown = jsonValue(value);
  if (shown === null) return 'nil';
  return typeof value === 'string' ? JSON.stringify(clipped(value, MAX_SHOWN_LENGTH)) : clipped(String(shown), MAX_SHOWN_LENGTH);
}
