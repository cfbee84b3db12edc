import type { Admission } from './admit.js';

/** Why a readable request is suspicious. Its sender is warned; nothing is refused. */
export interface RequestWarning {
  /** Label of the metric. */
  readonly kind: 'no_spans' | 'unread';
  readonly sentence: string;
}

/** A request as protobuf, and warnings of its conversion. */
export interface ReadRequest {
  readonly bytes: Uint8Array;
  readonly warning?: RequestWarning;
}

/** The warning about a request without spans in the fields that are read: most likely they are under another name. */
export function noSpansWarning(bytes: number): RequestWarning {
  const sentence = `no span was found in ${bytes} bytes; spans are read from resourceSpans[].scopeSpans[].spans (protobuf: fields 1, 2, 2)`;
  return { kind: 'no_spans', sentence };
}

export function unreadWarning(path: string): RequestWarning {
  return { kind: 'unread', sentence: `${path} is ignored; spans are read from resourceSpans[].scopeSpans[].spans` };
}

/** The warning about a protobuf request. */
export function warningOf({ spans, legacy }: Admission, bytes: number): RequestWarning | undefined {
  if (legacy) return unreadWarning('resource_spans.instrumentation_library_spans (field 1000, of OTLP before 0.15; update the sender)');
  return spans === 0 && bytes > 0 ? noSpansWarning(bytes) : undefined;
}
