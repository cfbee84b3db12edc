import { formatExpression } from '../../../tree/format-expression.js';
import type { LogicalNode, Resolved, TraceAggregate } from '../../../tree/resolved.js';
import { shortText } from '../../../tree/short-text.js';
import { BOOLEAN } from '../../../values/types.js';
import type { Findings } from '../../scope/scope.js';
import { tableEntry } from '../../scope/table-entry.js';
import { flatOperands } from '../implied/flat-operands.js';

/** `trace.max_count(span.name == "process", attribute.message.id)`: the number of spans with equal boolean results is rarely useful. */
export function conditionForField({ aggregate, field, condition, syntax }: TraceAggregate, findings: Findings): void {
  if (field.type === 'logical') return conditionInField(field, aggregate, condition, findings);
  const isCondition =
    field.type === 'string-test' || field.type === 'trace-quantifier' || (field.type === 'binary' && field.types === BOOLEAN);
  if (!isCondition) return;
  if (condition === undefined) {
    const text = aggregate === 'max_count' ? countOf(syntax, findings) : undefined;
    const fix = text === undefined ? undefined : { range: syntax.range, text };
    return findings.report(
      'BT_DSL_CONDITION_AS_FIELD',
      field.syntax.range,
      { name: aggregate },
      { expected: 'a field', suggestion: text, fix },
    );
  }
  const [first, second] = syntax.type === 'call' ? syntax.args : [];
  if (first === undefined || second === undefined || second.type === 'named-condition') return;
  const range = { start: first.range.start, end: second.range.end };
  const text = `${findings.source.slice(second.range)}, ${findings.source.slice(first.range)}`;
  findings.report(
    'BT_DSL_SWAPPED',
    field.syntax.range,
    { name: aggregate },
    { expected: 'a field', suggestion: text, fix: { range, text } },
  );
}

/**
 * `trace.distinct(span.status == "error" and attribute.order.id)` counts false as a value, for every other span. So does
 * `trace.max_count(attribute.order.id and span.name == "charge")`. A filter belongs into the second argument.
 */
function conditionInField(
  field: LogicalNode,
  aggregate: TraceAggregate['aggregate'],
  condition: Resolved | undefined,
  findings: Findings,
): void {
  const operands = flatOperands(field);
  const conditions = operands.filter(({ type, types }) => types === BOOLEAN && type !== 'literal' && type !== 'attribute');
  if (conditions.length === 0) return;
  const [value, ...others] = operands.filter((operand) => !conditions.includes(operand));
  const isCertain = field.operator === 'and' && condition === undefined && value !== undefined && others.length === 0;
  const text = isCertain
    ? `${findings.source.slice(value.syntax.range)}, ${conditions.map(({ syntax }) => findings.source.slice(syntax.range)).join(' and ')}`
    : undefined;
  const { range } = field.syntax;
  const fix = text === undefined ? undefined : { range, text };
  findings.report('BT_DSL_CONDITION_AS_FIELD', range, { name: aggregate }, { expected: 'a field', suggestion: text, fix });
}

/** `trace.max_count(span.status == "error")`: the intended function is a count. */
function countOf(syntax: TraceAggregate['syntax'], findings: Findings): string | undefined {
  if (syntax.type !== 'call' || syntax.callee.type !== 'member' || syntax.args[0] === undefined) return undefined;
  return `${findings.source.slice(syntax.callee.object.range)}.count(${findings.source.slice(syntax.args[0].range)})`;
}

/** `trace.id`: a value of the whole trace. */
function isOfTrace(field: Resolved): boolean {
  if (field.type === 'field') return field.field === 'trace_id';
  return field.type === 'trace-field' || field.type === 'trace-depth' || field.type === 'trace-services';
}

/** `trace.distinct("tenant.id")`: a constant, the same for every span. */
export function constantField({ aggregate, field }: TraceAggregate, findings: Findings): void {
  if (isOfTrace(field)) {
    const text = formatExpression(field.syntax);
    return findings.report('BT_DSL_CONSTANT_FIELD', field.syntax.range, { name: aggregate, text }, { expected: 'a field' });
  }
  if (field.type === 'literal' && field.syntax.type === 'table') {
    const text = tableEntry(field.syntax, findings.source, true);
    const fix = text === undefined ? undefined : { range: field.syntax.range, text };
    const values = { name: aggregate, text: shortText(field.syntax) };
    return findings.report('BT_DSL_CONSTANT_FIELD', field.syntax.range, values, { expected: 'a field', suggestion: text, fix });
  }
  // A script variable has the same value for all spans.
  const isVariable = field.type === 'literal' && field.syntax.type === 'name' && field.syntax.name !== 'span';
  if (field.type !== 'literal' || (field.value === undefined && !isVariable)) return;
  const text = formatExpression(field.syntax);
  const meant = typeof field.value === 'string' ? `attribute[${text}]` : undefined;
  const fix = meant === undefined ? undefined : { range: field.syntax.range, text: meant };
  // The sum of 1 counts spans.
  if (meant === undefined && aggregate === 'sum') return;
  findings.report('BT_DSL_CONSTANT_FIELD', field.syntax.range, { name: aggregate, text }, { expected: 'a field', suggestion: meant, fix });
}
