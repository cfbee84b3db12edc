import type { SpanReference } from '../../contract/explanation.js';
import type { SpanView } from '../../trace/span-view.js';
import { clipped } from '../../values/clipped.js';

/** Maximum of code points; OTLP ids are never cut. */
const MAX_ID_LENGTH = 32;
const MAX_NAME_LENGTH = 60;
/** Maximum of spans that a sentence names. */
const MAX_NAMED = 3;

export function referenceTo(span: SpanView): SpanReference {
  return { span_id: span.id, name: clipped(span.name), service: clipped(span.service) };
}

/** `"charge" (78445eb1f0d2e4c7)`. */
export function spanText({ id, name }: Pick<SpanView, 'id' | 'name'>): string {
  return `${JSON.stringify(clipped(name, MAX_NAME_LENGTH))} (${clipped(id, MAX_ID_LENGTH)})`;
}

export function referenceText({ span_id, name }: SpanReference): string {
  return spanText({ id: span_id, name: name ?? '' });
}

/** `"charge" (a), "charge" (b) and 3 more`. */
export function spansText(texts: readonly string[], count: number): string {
  const named = texts.slice(0, MAX_NAMED);
  if (count > named.length) return `${named.join(', ')} and ${count - named.length} more`;
  return named.length < 2 ? named.join('') : `${named.slice(0, -1).join(', ')} and ${named.at(-1)}`;
}
