import type { AssemblySettings } from '../settings.js';
import { violationId } from '../violation-id.js';
import type { ModelRule } from './model-rules.js';
import { spanIdOf, type TestRecord, type TestSpan, traceIdOf } from './test-span.js';

/** What a verdict says, without the texts that the language makes. */
export interface ModelVerdict {
  readonly id: string;
  readonly revision: number;
  readonly status: string;
  readonly ruleId: string;
  readonly ruleVersion: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly spanName: string;
  readonly service: string;
  readonly timestamp: number;
  readonly closeReason: string;
  readonly complete: boolean;
  readonly firstOffset: number;
  readonly lastOffset: number;
}

interface Trace {
  readonly id: number;
  readonly spans: TestSpan[];
  readonly firstOffset: number;
  lastOffset: number;
  readonly first: number;
  last: number;
  forgetAt: number | undefined;
  /** The rules in force when it opened, as long as they are. */
  rules: readonly ModelRule[];
  readonly certain: Set<string>;
  readonly revisions: Map<string, number>;
}

/**
 * The engine as one would write it down first: all spans of all traces in maps, every rule asked again about everything at
 * every record, every deadline looked at. Slow and obvious; what the real one must agree with, record by record.
 */
export class ModelEngine {
  private readonly traces = new Map<number, Trace>();
  private rules: readonly ModelRule[];
  private epoch: number;
  private verdicts: ModelVerdict[] = [];
  private now = 0;

  constructor(
    private readonly settings: AssemblySettings,
    private readonly epochs: ReadonlyMap<number, readonly ModelRule[]>,
    initialEpoch: number,
  ) {
    this.epoch = initialEpoch;
    this.rules = this.epochs.get(initialEpoch)!;
  }

  /** The verdicts of one record. */
  apply(record: TestRecord, offset: number): ModelVerdict[] {
    this.verdicts = [];
    this.now = record.time;
    this.passTime();
    if ('epoch' in record) this.switchTo(record.epoch);
    if ('spans' in record) {
      const late = new Set<Trace>();
      for (const span of record.spans) this.take(span, offset, late);
      for (const trace of late) this.conclude(trace, 'late_span');
    }
    return this.verdicts;
  }

  private take(span: TestSpan, offset: number, late: Set<Trace>): void {
    if (span.own === true) return;
    let trace = this.traces.get(span.trace);
    if (trace === undefined) {
      const { now, rules } = this;
      const given = { id: span.trace, spans: [], firstOffset: offset, lastOffset: offset, first: now, last: now };
      trace = { ...given, forgetAt: undefined, rules, certain: new Set(), revisions: new Map() };
      this.traces.set(span.trace, trace);
    }
    if (trace.spans.some((known) => known.span === span.span)) return;
    trace.spans.push(span);
    trace.lastOffset = offset;
    for (const rule of this.rules.filter(({ alone }) => alone === true)) {
      if (rule.judge(trace.spans, span)) this.emit(trace, rule, span, 1, 'certain');
    }
    if (trace.forgetAt !== undefined) {
      late.add(trace);
      return;
    }
    trace.last = this.now;
    this.fireEarly(trace);
    if (trace.spans.length >= this.settings.maxSpans) this.close(trace, 'max_spans', this.now);
  }

  private fireEarly(trace: Trace): void {
    for (const rule of judging(trace)) {
      for (const subject of subjects(rule, trace)) {
        const key = keyOf(rule, subject);
        if (trace.certain.has(key) || !rule.certain(trace.spans, subject)) continue;
        trace.certain.add(key);
        this.emit(trace, rule, subject, 1, 'certain');
      }
    }
  }

  private conclude(trace: Trace, reason: string): void {
    for (const rule of judging(trace)) {
      for (const subject of subjects(rule, trace)) {
        const key = keyOf(rule, subject);
        if (trace.certain.has(key)) continue;
        const revision = trace.revisions.get(key) ?? 0;
        if ((revision % 2 === 1) === rule.judge(trace.spans, subject)) continue;
        trace.revisions.set(key, revision + 1);
        this.emit(trace, rule, subject, revision + 1, reason);
      }
    }
  }

  private passTime(): void {
    const { settings } = this;
    const due = (trace: Trace): { deadline: number; reason: string } => {
      const root = trace.spans.some(({ parent }) => parent === 0);
      const deadlines = [
        ...(root ? [{ deadline: trace.last + settings.rootGrace, reason: 'root_grace' }] : []),
        { deadline: trace.last + settings.idleTimeout, reason: 'idle_timeout' },
        { deadline: trace.first + settings.maxAge, reason: 'max_age' },
      ];
      return deadlines.reduce((a, b) => (b.deadline < a.deadline ? b : a));
    };
    const closing = [...this.traces.values()].filter((trace) => trace.forgetAt === undefined && due(trace).deadline <= this.now);
    for (const trace of closing) this.close(trace, due(trace).reason, due(trace).deadline);
    for (const trace of this.traces.values()) if (trace.forgetAt !== undefined && trace.forgetAt <= this.now) this.traces.delete(trace.id);
  }

  private close(trace: Trace, reason: string, deadline: number): void {
    this.conclude(trace, reason);
    trace.forgetAt = deadline + this.settings.lateWindow;
    if (trace.forgetAt <= this.now) this.traces.delete(trace.id);
  }

  private switchTo(epoch: number): void {
    if (epoch <= this.epoch) return;
    this.epoch = epoch;
    this.rules = this.epochs.get(epoch)!;
    const inForce = (rule: ModelRule): boolean =>
      this.rules.some(({ definition }) => definition.id === rule.definition.id && definition.version === rule.definition.version);
    for (const trace of this.traces.values()) trace.rules = trace.rules.filter(inForce);
  }

  private emit(trace: Trace, rule: ModelRule, subject: TestSpan, revision: number, closeReason: string): void {
    const { id, version } = rule.definition;
    const span = rule.subject === 'span' ? subject : standIn(rule, trace);
    const seen = new Set(trace.spans.map((known) => known.span));
    this.verdicts.push({
      id: violationId(id, traceIdOf(trace.id), rule.subject === 'span' ? spanIdOf(span.span) : ''),
      revision,
      status: revision % 2 === 1 ? 'open' : 'retracted',
      ruleId: id,
      ruleVersion: version,
      traceId: traceIdOf(trace.id),
      spanId: spanIdOf(span.span),
      spanName: span.name,
      service: span.service,
      timestamp: this.now,
      closeReason,
      complete: trace.spans.some(({ parent }) => parent === 0) && trace.spans.every(({ parent }) => parent === 0 || seen.has(parent)),
      firstOffset: trace.firstOffset,
      lastOffset: trace.lastOffset,
    });
  }
}

function judging(trace: Trace): readonly ModelRule[] {
  return trace.rules.filter(({ alone }) => alone !== true);
}

/** A rule over the trace is asked once; which span it is asked about plays no part. */
function subjects(rule: ModelRule, trace: Trace): readonly TestSpan[] {
  return rule.subject === 'span' ? [...trace.spans] : trace.spans.slice(0, 1);
}

function keyOf(rule: ModelRule, subject: TestSpan): string {
  return `${rule.definition.id} ${rule.subject === 'span' ? subject.span : ''}`;
}

function standIn(rule: ModelRule, trace: Trace): TestSpan {
  for (const witness of rule.witnesses) {
    const found = trace.spans.find((span) => witness(span, trace.spans));
    if (found !== undefined) return found;
  }
  return trace.spans.find(({ parent }) => parent === 0) ?? trace.spans[0]!;
}
