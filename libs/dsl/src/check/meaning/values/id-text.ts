import { formatExpression } from '../../../tree/format-expression.js';
import type { BinaryNode, Resolved } from '../../../tree/resolved.js';
import type { Findings } from '../../scope/scope.js';

/** The id fields: their number of digits, and the field to use for a name instead. */
const IDS: Readonly<Record<string, { readonly what: string; readonly digits: number; readonly field: string }>> = {
  id: { what: 'a span', digits: 16, field: 'name' },
  parent_id: { what: 'the parent', digits: 16, field: 'parent.name' },
  trace_id: { what: 'the trace', digits: 32, field: 'trace.root.name' },
};

/** `span.parent_id == "checkout"`: a span name is compared with an id. */
export function idText({ operator, left, right }: BinaryNode, findings: Findings): void {
  if (operator !== '==' && operator !== '~=') return;
  if (operator === '~=' && isTraceId(left) && isTraceId(right)) {
    const range = { start: left.syntax.range.start, end: right.syntax.range.end };
    return findings.report('BT_DSL_CONTRADICTION', range, { value: 'false', reason: 'all spans of a trace have its id' });
  }
  compared(left, right, findings);
  compared(right, left, findings);
}

function isTraceId(node: Resolved): boolean {
  return node.type === 'trace-field' ? node.field === 'id' : node.type === 'field' && node.field === 'trace_id';
}

function compared(id: Resolved, { syntax }: Resolved, findings: Findings): void {
  if (syntax.type !== 'string' || syntax.value === '') return;
  const kind = id.type === 'field' ? id.field : id.type === 'trace-field' && id.field === 'id' ? 'trace_id' : undefined;
  const known = kind !== undefined && Object.hasOwn(IDS, kind) ? IDS[kind] : undefined;
  if (known === undefined) return;
  if (/^0+$/.test(syntax.value) && syntax.value.length === known.digits) return ofZeros(id, syntax, findings);
  if (syntax.value.length === known.digits && /^[0-9a-f]+$/.test(syntax.value)) return;
  const owner = formatExpression(id.syntax).replace(/\.\w+$/, '');
  const field = known.field.startsWith('trace.') ? known.field : `${owner}.${known.field}`;
  const { what, digits } = known;
  const values = { text: formatExpression(syntax), what, digits: String(digits), field };
  findings.report('BT_DSL_ID_TEXT', syntax.range, values, { expected: `${digits} hexadecimal digits, or another span's id` });
}

/** An id of zeros means none in OTLP; here a span without a parent has the empty text. */
function ofZeros(id: Resolved, syntax: Extract<Resolved['syntax'], { type: 'string' }>, findings: Findings): void {
  const values = { field: formatExpression(id.syntax), value: formatExpression(syntax) };
  const fix = id.type === 'field' && id.field === 'parent_id' ? { range: syntax.range, text: '""' } : undefined;
  findings.report('BT_DSL_UNKNOWN_VALUE', syntax.range, values, { suggestion: fix?.text, fix });
}
