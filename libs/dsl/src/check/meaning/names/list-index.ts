import { formatExpression } from '../../../tree/format-expression.js';
import type { IndexValue, Resolved, SpanSource, UnaryNode } from '../../../tree/resolved.js';
import type { Findings } from '../../scope/scope.js';

/** `span.events[0]`. */
export function listIndex(node: IndexValue, findings: Findings): void {
  belowOne(node.key, findings);
  byText(node, findings);
}

/** `trace.services["payment"]`, `span.events.exception`: a list has no textual keys. */
function byText({ object, key, syntax }: IndexValue, findings: Findings): void {
  const isServices = object.type === 'trace-services';
  const isList = isServices || (object.type === 'span-table' && (object.table === 'events' || object.table === 'links'));
  if (!isList || key.type !== 'literal' || typeof key.value !== 'string') return;
  const text = isServices ? `trace.has(span.service == ${JSON.stringify(key.value)})` : undefined;
  const fix = text === undefined ? undefined : { range: syntax.range, text };
  const expected = isServices ? undefined : 'a script: for _, x in ipairs(list) do … end';
  findings.report('BT_DSL_LIST_AS_SET', syntax.range, { name: formatExpression(object.syntax) }, { expected, suggestion: text, fix });
}

/** `#span.attributes`: only lists have a length. */
export function lengthOfMap({ operator, operand, syntax }: UnaryNode, findings: Findings): void {
  if (operator !== '#' || operand.type !== 'span-table' || operand.table === 'events' || operand.table === 'links') return;
  findings.report('BT_DSL_LENGTH_OF_MAP', syntax.range, { text: formatExpression(operand.syntax) }, { expected: 'a list or a text' });
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
