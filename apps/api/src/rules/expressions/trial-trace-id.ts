import { parseJson } from '#otlp';

/** Maximum bytes of a body that names a stored trace: an expression and an id. A larger body holds spans. */
const MAX_BODY_BYTES = 256 * 1024;

/**
 * The `trace_id` in the body of a `POST /v1/rules/test` without spans. Undefined if there is none, or the body is unreadable: the thread that runs it reports
 * the mistake.
 */
export function trialTraceId(body: Uint8Array): string | undefined {
  if (body.length > MAX_BODY_BYTES || !Buffer.from(body.buffer, body.byteOffset, body.length).includes('"trace_id"')) return undefined;
  try {
    const json = parseJson(body);
    if (typeof json !== 'object' || json === null || Array.isArray(json)) return undefined;
    const { trace_id, span, spans, trace } = json as Readonly<Record<string, unknown>>;
    const carriesSpans = span !== undefined || spans !== undefined || trace !== undefined;
    return typeof trace_id === 'string' && !carriesSpans ? trace_id : undefined;
  } catch {
    return undefined;
  }
}
