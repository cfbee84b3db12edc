import { type IExportTraceServiceResponse, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';

/** Bytes of an answer that are read: a partial success is a number and a sentence. */
const ANSWER_BYTES = 64 * 1024;
/** Characters of an endpoint's sentence in the log. */
const SENTENCE = 300;

/** Spans of a request that its endpoint did not accept, and why. */
export interface LostSpans {
  readonly spans: number;
  readonly reason: string;
}

/** The beginning of an answer's content. The rest is not waited for: it may never end, and unread it would hold the connection. */
export async function contentOf(answer: Response): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of answer.body ?? []) {
    parts.push(part);
    length += part.length;
    if (length > ANSWER_BYTES) break; // Leaving the loop cancels the rest.
  }
  return Buffer.concat(parts);
}

/**
 * The spans that a success over HTTP did not accept; undefined if it accepted all. Throws for an answer that no OTLP receiver gives, such as the page of a proxy
 * that answers 200 to everything.
 */
export function lossOver(contentType: string | null, content: Buffer, spans: number): LostSpans | undefined {
  const type = (contentType ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  const isJson = type === 'application/json' || (type === '' && content[0] === 0x7b);
  if (type.startsWith('text/') || content.length > ANSWER_BYTES) throw new Error(`a success with ${type || 'an answer'}, not of OTLP`);
  if (content.length === 0) return undefined;
  try {
    return isJson ? loss(JSON.parse(content.toString('utf8')) as IExportTraceServiceResponse, spans) : lossIn(content, spans);
  } catch (cause) {
    throw new Error(`a success with ${type || 'an answer'} that is not OTLP`, { cause });
  }
}

/** Likewise for a response in protobuf. */
export const lossIn = (content: Buffer, spans: number): LostSpans | undefined =>
  loss(ProtobufTraceSerializer.deserializeResponse(content), spans);

function loss({ partialSuccess }: IExportTraceServiceResponse, spans: number): LostSpans | undefined {
  // OTLP/JSON encodes 64-bit integers as text.
  const rejected = Math.min(spans, Number(partialSuccess?.rejectedSpans ?? 0) || 0);
  if (rejected <= 0) return undefined;
  const message = String(partialSuccess?.errorMessage ?? '').slice(0, SENTENCE);
  return { spans: rejected, reason: message === '' ? 'rejected, without a reason' : message.toWellFormed() };
}
