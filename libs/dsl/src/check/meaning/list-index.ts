import { formatExpression } from '../../format-expression.js';
import type { IndexValue, Resolved, SpanSource } from '../../resolved.js';
import type { Findings } from '../context.js';

/** `span.events[0]`. */
export function listIndex({ object, key }: IndexValue, findings: Findings): void {
  if (isBelowOne(key, findings) || object.type !== 'trace-services' || key.type !== 'literal') return;
  findings.report('BT_DSL_ARRIVAL_ORDER', key.syntax.range, { text: `trace.services[${formatExpression(key.syntax)}]` });
}

/** `trace.spans[1]`. */
export function spanByPlace(span: SpanSource, findings: Findings): void {
  if (span.type !== 'nth' || isBelowOne(span.index, findings) || span.index.type !== 'literal') return;
  findings.report('BT_DSL_ARRIVAL_ORDER', span.index.syntax.range, { text: `trace.spans[${formatExpression(span.index.syntax)}]` });
}

function isBelowOne({ type, ...key }: Resolved, findings: Findings): boolean {
  const value = type === 'literal' ? (key as { readonly value?: unknown }).value : undefined;
  if (typeof value !== 'number' || (value >= 1 && Number.isInteger(value))) return false;
  const { range } = key.syntax;
  const fix = value === 0 ? { range, text: '1' } : undefined;
  findings.report(
    'BT_DSL_INDEX_ZERO',
    range,
    { index: formatExpression(key.syntax) },
    { suggestion: fix?.text, expected: '1 or more', fix },
  );
  return true;
}
