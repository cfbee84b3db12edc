import { decodeRequestJson, OtlpError, parseJson, spansFromValue, type TraceRequest, type WholeSpan } from '#otlp';
import { NotationError } from './trace-notation/notation-error.js';
import { spansOfNotation } from './trace-notation/spans-of-notation.js';

/** A trace that cannot be read; `offset`: the place in the text, if known. */
export class TraceTextError extends Error {
  override readonly name = 'TraceTextError';

  constructor(
    message: string,
    readonly offset?: number,
  ) {
    super(message);
  }
}

/**
 * The spans of a trace in text form: the notation of rule files, or JSON, which begins with a bracket: spans in the form of `POST /v1/spans`, or OTLP
 * (`resourceSpans`). Throws a TraceTextError.
 */
export function spansOfText(text: string): readonly WholeSpan[] {
  try {
    const spans = /^\s*[[{]/.test(text) ? spansOfJson(text) : spansOfTree(text);
    if (spans.length === 0) throw new TraceTextError('it holds no span');
    return spans;
  } catch (error) {
    if (error instanceof NotationError) throw new TraceTextError(error.message, error.offset);
    if (!(error instanceof OtlpError)) throw error;
    const [field] = error.fields;
    throw new TraceTextError(field === undefined ? error.message : `${field.path}: ${field.message}`);
  }
}

/** Throws a NotationError. */
export const spansOfTree = (text: string): readonly WholeSpan[] => wholeSpans(spansFromValue(spansOfNotation(text), { incomplete: true }));

function spansOfJson(text: string): readonly WholeSpan[] {
  const bytes = new TextEncoder().encode(text);
  const json = parseJson(bytes);
  const isOtlp = typeof json === 'object' && json !== null && !Array.isArray(json) && ('resourceSpans' in json || 'resource_spans' in json);
  return wholeSpans(isOtlp ? decodeRequestJson(bytes) : spansFromValue(json, { incomplete: true }));
}

/** Each span with its resource and scope. */
export function wholeSpans({ resourceSpans }: TraceRequest): readonly WholeSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ scope, spans }) => spans.map((span) => ({ span, resource, scope }))),
  );
}
