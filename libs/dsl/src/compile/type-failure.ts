import type { EvaluationError, TypeFailure } from '../contract/compiled-rule-set.js';
import { judgeCondition } from '../interpret/judge-condition.js';
import { readField } from '../trace/span-values.js';
import type { SpanView } from '../trace/span-view.js';
import { readings } from '../tree/readings.js';
import type { Resolved } from '../tree/resolved.js';
import { partsOf } from '../tree/walk.js';
import { clipped } from '../values/clipped.js';
import { isTypeFailure } from '../values/is-type-failure.js';
import { jsonValue } from '../values/json-value.js';
import { luaType } from '../values/lua/lua-value.js';
import type { Value } from '../values/value.js';

/** Maximum of characters of an example. */
const EXAMPLE = 60;

/** The first error of a judgement about the type of a value: on the trace, or on the first span. */
export function firstMistyped(errors: readonly EvaluationError[]): EvaluationError | undefined {
  return errors.filter(({ message }) => isTypeFailure(message)).toSorted((a, b) => a.span - b.span)[0];
}

/** The value that a condition most likely failed on: the first that the failing part reads, of a type in the error, numbers last. */
export function typeFailure(condition: Resolved, message: string, span: SpanView): TypeFailure | undefined {
  if (!isTypeFailure(message)) return undefined;
  let found: { readonly reading: string; readonly value: Value } | undefined;
  for (const [reading, node] of readings(failingPart(condition, message, span))) {
    const value = readOf(node, span);
    if (value === undefined || !message.includes(luaType(value))) continue;
    if (found === undefined || luaType(found.value) === 'number') found = { reading, value };
  }
  if (found === undefined) return { message };
  return { message, reading: clipped(found.reading), example: exampleOf(found.value) };
}

/** The innermost failing part: other operands of a comparison are not the cause. */
function failingPart(node: Resolved, message: string, span: SpanView): Resolved {
  const part = partsOf(node).find((one) => judgeCondition(one, span) === message);
  return part === undefined ? node : failingPart(part, message, span);
}

export function exampleOf(value: Value): string {
  return clipped(typeof value === 'string' ? JSON.stringify(value) : String(jsonValue(value)), EXAMPLE);
}

function readOf(node: Resolved, span: SpanView): Value {
  if (node.type === 'attribute') return span.attribute(node.key);
  if (node.type === 'resource-attribute') return span.resourceAttribute(node.key);
  return node.type === 'field' ? readField(span, node.field) : undefined;
}
