import type { SpanView } from './span-view.js';

/**
 * The order of the spans of a trace, independent of arrival: by start, then by wire id. A server span follows the client span with its id. Of two forms of
 * one span with the same start the shorter one comes first. Negative: `a` comes first.
 */
export function compareSpans(a: SpanView, b: SpanView): number {
  if (a.startTime !== b.startTime) return a.startTime < b.startTime ? -1 : 1;
  const idOfA = wireIdOf(a);
  const idOfB = wireIdOf(b);
  if (idOfA !== idOfB) return idOfA < idOfB ? -1 : 1;
  const server = isServer(a);
  const other = isServer(b);
  if (server !== other) return server ? 1 : -1;
  if (a.duration !== b.duration) return a.duration > b.duration ? -1 : 1;
  return compareContents(a, b) || ((a.form ?? 0) >>> 1) - ((b.form ?? 0) >>> 1);
}

/** Two contents of one span with the same times: compares the stored fields, regardless of the rules in force. */
function compareContents({ content: a }: SpanView, { content: b }: SpanView): number {
  if (a === undefined || b === undefined || a === b) return 0;
  return a < b ? -1 : 1;
}

/** The id by which other spans refer to it. */
export function wireIdOf(span: SpanView): string {
  return span.wireId ?? span.id;
}

/** '' for a root span. */
export function wireParentIdOf(span: SpanView): string {
  return span.wireParentId ?? span.parentId;
}

/** Of two spans with one id, as both sides of a call in Zipkin and B3: the called side. */
export function isServer(span: SpanView): boolean {
  return span.kind === 'server';
}
