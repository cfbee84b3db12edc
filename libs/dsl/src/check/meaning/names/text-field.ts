import { countsValues } from '../../../tree/aggregate-traits.js';
import type { TraceAggregate } from '../../../tree/resolved.js';
import type { Findings } from '../../scope/scope.js';

/** Keys with these endings nearly always hold texts, or numbers that are not used in arithmetic. */
const TEXTS = /(?:^|[._])(?:id|ids|uuid|guid|name|email|method|url|path|type|currency|region|version)$/;

/** `trace.min(attribute.tenant.id) != trace.max(attribute.tenant.id)`: both ignore texts, and without a number both are nil. */
export function textField({ aggregate, field, syntax }: TraceAggregate, findings: Findings): void {
  if (countsValues(aggregate)) return;
  if ((field.type !== 'attribute' && field.type !== 'resource-attribute') || !TEXTS.test(field.key)) return;
  findings.report(
    'BT_DSL_TEXT_FIELD',
    field.syntax.range,
    { name: aggregate, key: field.key },
    { expected: `a number, or ${comparedInstead(syntax)}` },
  );
}

function comparedInstead(syntax: TraceAggregate['syntax']): string {
  const owner = syntax.type === 'call' && syntax.callee.type === 'member' && syntax.callee.object.type === 'name' ? 'trace.' : '….';
  return `${owner}distinct and ${owner}max_count, which compare values of any type`;
}
