import type { Explanation } from '#dsl';
import type { RuleDefinition, VerdictStatus } from '#records';
import type { Assembly } from '../assembly/assembly.js';
import { isClosed, isKnown } from '../assembly/table/trace-flags.js';
import type { Row } from '../index-types.js';
import type { CloseReason } from '../verdict/close-reason.js';
import { type EmittedVerdict, EmittedVerdicts } from '../verdict/emitted-verdicts.js';
import type { PassedTrace } from '../verdict/passed-trace.js';
import type { Undecided } from '../verdict/undecided.js';
import type { Verdict } from '../verdict/verdict.js';
import { violationId } from '../verdict/violation-id.js';
import type { NamedSpan } from './kept-spans.js';

/** One finding, before it becomes a verdict. */
export interface RuleFinding {
  readonly rule: RuleDefinition;
  readonly row: Row;
  /** The subject of a span rule; for a rule over the trace the span that represents it, if known. */
  readonly span: NamedSpan | undefined;
  readonly aboutSpan: boolean;
  /** The rule reads nothing except that span: other spans of the trace do not matter. */
  readonly alone?: true;
  /** It was judged without some spans of its trace. */
  readonly isCut?: boolean;
  readonly revision: number;
  readonly status: VerdictStatus;
  readonly before: VerdictStatus | undefined;
  readonly undecided?: Undecided;
  /** The rule is not known to match: it met a value of a wrong type. */
  readonly byError?: true;
  readonly closeReason: CloseReason | 'certain';
  readonly explanation: Explanation;
}

/** A rule's own message describes a violation. */
function messageOf(rule: RuleDefinition, status: VerdictStatus, byError: boolean, { summary }: Explanation): string {
  if (status === 'undecided') return `${rule.name} could not be judged: ${summary}`;
  return (byError ? undefined : rule.message) ?? `${rule.name}: ${summary}`;
}

/** Makes verdicts of findings, with the data of their trace. */
export class Verdicts {
  /** The receiver of verdicts; set for each record. */
  sink: (verdict: Verdict) => void = () => {};
  /** An offset above all applied ones. */
  nextOffset = 0;
  /** Trace ids as the user gave them, by row, where they differ from the wire ids. */
  private readonly traceTexts = new Map<Row, string>();
  private readonly emitted = new EmittedVerdicts();
  /** By row: the rules with `evidence` whose undecided verdict about the trace was only counted. */
  private readonly counted = new Map<Row, Set<string>>();
  /** Offset of the last record that met a defect. For traces before it, it is unknown whether a rule found nothing. */
  private lastDefect = -1;

  constructor(
    private readonly partition: number,
    private readonly assembly: Assembly,
  ) {}

  emit(finding: RuleFinding): void {
    const verdict = this.verdict(finding);
    this.emitted.note(finding.row, verdict.id, finding);
    this.sink(verdict);
  }

  /** The last verdict of any rule with this id about a subject: the trace or one of its spans. */
  lastOf({ id }: RuleDefinition, row: Row, subject: NamedSpan | undefined): EmittedVerdict | undefined {
    return this.emitted.of(row, violationId(id, this.wireTraceId(row), subject));
  }

  /** Counts an undecided verdict instead of emitting it. */
  noteCounted({ id, evidence = [] }: RuleDefinition, row: Row): void {
    if (evidence.length === 0) return;
    const rules = this.counted.get(row) ?? new Set();
    this.counted.set(row, rules.add(id));
  }

  noteDefect(): void {
    this.lastDefect = this.nextOffset - 1;
  }

  /** Reports the rules that found nothing in a trace that came whole, and once. */
  passed(row: Row, rules: readonly RuleDefinition[]): readonly RuleDefinition[] {
    const { assembly } = this;
    const { traces } = assembly;
    const flags = traces.flags(row);
    if (!isClosed(flags) || isKnown(flags) || traces.spanCount(row) === 0) return [];
    if (assembly.isFragment(row) || assembly.lacks(row) || assembly.firstOffset(row) <= this.lastDefect) return [];
    const counted = this.counted.get(row);
    return rules.filter(({ id }) => counted?.has(id) !== true && !this.emitted.stands(row, id));
  }

  passedTrace(row: Row): PassedTrace {
    const { assembly, partition } = this;
    const wireTraceId = this.wireTraceId(row);
    return {
      traceId: this.traceTexts.get(row) ?? wireTraceId,
      wireTraceId,
      timestamp: assembly.logTime,
      complete: assembly.isComplete(row),
      partition,
      firstOffset: assembly.firstOffset(row),
      lastOffset: assembly.lastOffset(row, this.nextOffset),
    };
  }

  verdict(finding: RuleFinding): Verdict {
    const { rule, row, span, aboutSpan, alone, revision, status, before, undecided, closeReason, explanation } = finding;
    const wireTraceId = this.wireTraceId(row);
    const { assembly } = this;
    return {
      id: violationId(rule.id, wireTraceId, aboutSpan ? span : undefined),
      revision,
      status,
      ...(before === undefined ? {} : { before }),
      ...(undecided === undefined ? {} : { undecided }),
      ruleId: rule.id,
      ruleName: rule.name,
      ruleVersion: rule.version,
      severity: rule.severity,
      traceId: this.traceTexts.get(row) ?? wireTraceId,
      spanId: span?.spanId ?? '',
      wireTraceId,
      wireSpanId: span?.wireSpanId ?? '',
      timestamp: assembly.logTime,
      service: span?.service ?? '',
      message: messageOf(rule, status, finding.byError === true, explanation),
      explanation,
      closeReason,
      complete: finding.isCut !== true && assembly.isComplete(row),
      ...(alone !== true && assembly.isFragment(row) ? { fragment: true } : {}),
      partition: this.partition,
      firstOffset: assembly.firstOffset(row),
      lastOffset: assembly.lastOffset(row, this.nextOffset),
      metadata: span === undefined ? {} : { span_name: span.name, duration_ms: span.duration / 1e6 },
    };
  }

  /** The shown id: the user's text, else hex. */
  traceId(row: Row): string {
    return this.traceTexts.get(row) ?? this.wireTraceId(row);
  }

  noteTraceText(row: Row, text: string): void {
    this.traceTexts.set(row, text);
  }

  forget(row: Row): void {
    this.emitted.forget(row);
    if (this.counted.size > 0) this.counted.delete(row);
    if (this.traceTexts.size > 0) this.traceTexts.delete(row);
  }

  /** Approximate bytes in use. */
  get bytes(): number {
    return this.emitted.bytes;
  }

  /** 32 hex digits. */
  wireTraceId(row: Row): string {
    return this.assembly.traces.wireId(row);
  }
}
