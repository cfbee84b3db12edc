import { decodeExportResponse, type PartialSuccess } from '#otlp';
import { answerText } from '../../delivery/answer-text.js';
import { ANSWER_BYTES } from '../../delivery/post.js';
import { NotOtlp } from '../../delivery/refusal.js';

const JSON_TYPE = /^application\/json$/;
/** Media types of protobuf; servers that know none send octet-stream. */
const PROTOBUF_TYPE = /^application\/(x-protobuf|protobuf|vnd\.google\.protobuf|octet-stream)$/;

/**
 * The ExportTraceServiceResponse of an HTTP success (OTLP/HTTP, "Success"); undefined when empty. Throws NotOtlp if no OTLP receiver answers like this: a page
 * for people, a text, a JSON value that is not an object. Proxies, login pages and portals answer 200 to every request, and have stored nothing.
 */
export function otlpAnswer(status: number, contentType: string | undefined, content: Buffer): PartialSuccess | undefined {
  const type = (contentType ?? '').split(';')[0]!.trim().toLowerCase();
  const isJson = JSON_TYPE.test(type) || (type === '' && content[0] === 0x7b);
  const strange = () => new NotOtlp(`HTTP ${status} with ${described(type, content)}`);
  if (!isJson && type !== '' && !PROTOBUF_TYPE.test(type)) throw strange();
  if (content.length === 0) return undefined;
  if (content.length > ANSWER_BYTES) throw strange();
  try {
    return isJson ? jsonAnswer(content) : decodeExportResponse(content);
  } catch {
    throw strange();
  }
}

function jsonAnswer(content: Buffer): PartialSuccess | undefined {
  const answer: unknown = JSON.parse(content.toString('utf8'));
  if (!isObject(answer)) throw new TypeError('no object');
  const partial = answer.partialSuccess ?? answer.partial_success;
  if (!isObject(partial)) return undefined;
  // OTLP/JSON encodes 64-bit integers as text.
  const rejectedSpans = Number(partial.rejectedSpans ?? partial.rejected_spans ?? 0);
  return {
    rejectedSpans: Number.isFinite(rejectedSpans) ? rejectedSpans : 0,
    errorMessage: String(partial.errorMessage ?? partial.error_message ?? ''),
  };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function described(type: string, content: Buffer): string {
  const text = answerText(content);
  const contentType = type === '' ? 'an answer' : type;
  return `${contentType}${text === '' ? '' : `: ${text}`}`;
}
