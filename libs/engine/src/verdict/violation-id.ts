import { createHash } from 'node:crypto';

/** The subject of a rule about spans. */
export interface Subject {
  readonly wireSpanId: string;
  /** A server span may share its id with the client span of its call. */
  readonly isServer: boolean;
  /** Nanoseconds: forms of a span may differ in their times only. */
  readonly start: bigint;
  readonly duration: number;
  /** As `SpanColumns.forms`: odd if its id came before with other content, which may have the same times. */
  readonly form: number;
}

/**
 * The id of a violation: the same for the same rule, trace and subject span, on any evaluator and at any time. Without a subject it is the id of a trace
 * rule's violation. It is `viol-` and the first 128 bits of SHA-256 over the parts. A zero byte ends each part, which no rule id contains, so no two lists of
 * parts give the same text.
 */
export function violationId(ruleId: string, wireTraceId: string, subject?: Subject): string {
  const subjectParts =
    subject === undefined ? [''] : [subject.wireSpanId, subject.isServer ? 'server' : '', subject.start, subject.duration];
  const other = subject === undefined || (subject.form & 1) === 0 ? [] : [subject.form >>> 1];
  return `viol-${digestOf([ruleId, wireTraceId, ...subjectParts, ...other])}`;
}

/** The id of the evidence that a trace complies with a rule; the same on any evaluator and at any time. */
export function evidenceId(ruleId: string, wireTraceId: string): string {
  return `evid-${digestOf([ruleId, wireTraceId])}`;
}

function digestOf(parts: readonly unknown[]): string {
  const text = parts.map((part) => `${String(part)}\0`).join('');
  return createHash('sha256').update(text, 'utf8').digest('hex').slice(0, 32);
}
