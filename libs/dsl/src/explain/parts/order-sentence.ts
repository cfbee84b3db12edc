import { gap } from '../../trace/span-order.js';
import type { SpanView } from '../../trace/span-view.js';
import type { SpanOrderTest, SpanSource } from '../../tree/resolved.js';
import { exactDuration } from '../../values/format-duration.js';
import { spanText } from '../evidence/span-text.js';
import type { Bindings } from '../evidence/tested-spans.js';

/**
 * `"read" (s3) ended 15ms before "audit" (s6) started`; undefined where the times alone do not decide. Parents and links precede clocks, and clocks may
 * differ.
 */
export function orderSentence(
  { first, second }: SpanOrderTest,
  holds: boolean,
  bindings: Bindings,
  subject: SpanView | undefined,
): string | undefined {
  const a = spanAt(first, bindings, subject);
  const b = spanAt(second, bindings, subject);
  if (a === undefined || b === undefined) return undefined;
  const apart = gap(a, b);
  if (holds !== apart >= 0n) return undefined;
  if (apart === 0n) return `${spanText(a)} ended as ${spanText(b)} started`;
  return `${spanText(a)} ended ${exactDuration(apart < 0n ? -apart : apart)} ${holds ? 'before' : 'after'} ${spanText(b)} started`;
}

function spanAt(span: SpanSource, bindings: Bindings, subject: SpanView | undefined): SpanView | undefined {
  if (span.type === 'bound') return bindings.get(span.depth);
  return span.type === 'subject' ? subject : undefined;
}
