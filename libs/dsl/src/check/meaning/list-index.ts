import { formatExpression } from '../../format-expression.js';
import type { IndexValue, Resolved, SpanSource } from '../../resolved.js';
import type { Findings } from '../context.js';

/** `span.events[0]`. */
export function listIndex({ key }: IndexValue, findings: Findings): void {
  belowOne(key, findings);
}

/** `trace.spans[0]`. */
export function spanByPlace(span: SpanSource, findings: Findings): void {
  if (span.type === 'nth') belowOne(span.index, findings);
}

function belowOne(key: Resolved, findings: Findings): void {
  const value = key.type === 'literal' ? key.value : undefined;
  if (typeof value !== 'number' || (value >= 1 && Number.isInteger(value))) return;
  const { range } = key.syntax;
  const fix = value === 0 ? { range, text: '1' } : undefined;
  findings.report(
    'BT_DSL_INDEX_ZERO',
    range,
    { index: formatExpression(key.syntax) },
    { suggestion: fix?.text, expected: '1 or more', fix },
  );
}
