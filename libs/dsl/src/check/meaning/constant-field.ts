import { formatExpression } from '../../format-expression.js';
import type { TraceAggregate } from '../../resolved.js';
import type { Findings } from '../context.js';

/** `trace.distinct("tenant.id")`: the same text of every span. */
export function constantField({ aggregate, field }: TraceAggregate, findings: Findings): void {
  if (field.type !== 'literal' || field.value === undefined) return;
  const text = formatExpression(field.syntax);
  const meant = field.syntax.type === 'string' ? `attribute[${text}]` : undefined;
  const fix = meant === undefined ? undefined : { range: field.syntax.range, text: meant };
  // The sum of 1 is a count.
  if (meant === undefined && aggregate === 'sum') return;
  findings.report('BT_DSL_CONSTANT_FIELD', field.syntax.range, { name: aggregate, text }, { expected: 'a field', suggestion: meant, fix });
}
