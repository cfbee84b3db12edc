import type { RuleIndex } from '#dsl';
import { clipped, type EvaluationError, type Evidence, type Explanation, type TraceView } from '#dsl';
import type { Assembly } from '../../assembly/assembly.js';
import type { Row, SpanIndex } from '../../index-types.js';
import type { BufferPlan } from '../../rules/buffer-plan.js';
import type { BufferedSpan } from '../../rules/buffered-span.js';
import type { Epoch } from '../../rules/epoch.js';
import { type AssemblySettings, toleranceOf } from '../../settings.js';
import type { ClosedTrace } from '../../verdict/close-reason.js';
import type { Undecided } from '../../verdict/undecided.js';
import { explain } from '../guarded-calls.js';
import type { NamedSpan } from '../kept-spans.js';
import { foundBy, type Reports } from '../reports.js';
import type { ValueErrors } from '../value-errors.js';
import type { Verdicts } from '../verdicts.js';
import { BufferedRun, type DueRules, type OrderedTrace, orderedTrace } from './buffered-run.js';
import { type BufferedTrace, BufferedTraces, type ExceededSteps } from './buffered-traces.js';
import { TraceConditions } from './trace-conditions.js';

/** How a rule numbers the trace among its subjects. */
const TRACE = -1;
const ALL_JUDGED: Explanation = { summary: 'all spans of the trace could be judged', conditions: [] };
const TOO_MANY_SPANS: Undecided = {
  code: 'max_spans',
  reason: 'the trace has more spans than traces.max_spans: what the first that came show can be otherwise with the others',
};
/** A rule that exceeded its steps waits on traces of at least this many spans, and otherwise after this many attempts. */
const MANY_SPANS = 1_000;
const PROMPT_TRIES = 8;
const NO_WHOLE_SPANS = { spans: [], held: new TraceConditions() };

/**
 * Rules that need several spans of a trace, or whole ones (order, structure, joins, scripts). Conditions about one span are evaluated when it arrives. The
 * rules are judged when the trace closes, if it has the spans that they need to match. Of a trace with more than `maxSpans` spans the first to arrive are
 * kept. A violation then counts only if it holds for any other spans; otherwise the rule is undecided.
 */
export class BufferedRules {
  private readonly traces: BufferedTraces;

  constructor(
    private readonly settings: AssemblySettings,
    private readonly assembly: Assembly,
    private readonly reports: Reports,
    private readonly errors: ValueErrors,
    private readonly verdicts: Verdicts,
  ) {
    this.traces = new BufferedTraces(settings.maxSpans);
  }

  /** Approximate bytes of the buffered spans. */
  get bytes(): number {
    return this.traces.bytes;
  }

  /** Keeps span `i` of the epoch's record. Beyond `maxSpans` the trace is judged by the kept spans. */
  add(epoch: Epoch, row: Row, i: SpanIndex): void {
    this.traces.add(epoch, row, i);
  }

  /**
   * Runs the rules on some traces as they are: each rule on all of them, then the next. Undefined for a trace that no rule can match. A rule that exceeded
   * its steps on a large trace waits until the spans have doubled, or for the `last` time. Otherwise each late span would cost all of its steps again.
   */
  judge(epoch: Epoch, traces: readonly ClosedTrace[], last = false): readonly (BufferedRun | undefined)[] {
    const { columns, wholeSpans } = epoch.rules.plan;
    const always = { columns: aliveOf(epoch, columns.always), whole: aliveOf(epoch, wholeSpans.always) };
    this.countEvaluations(epoch, traces);
    const begun = traces.map((trace) => this.begin(epoch, trace, always, last));
    const judged = begun.filter((trace) => trace !== undefined);
    for (const rule of always.columns) for (const trace of judged) trace.run(epoch, rule, trace.columns);
    for (const rule of always.whole) for (const trace of judged) trace.run(epoch, rule, trace.whole);
    for (const trace of judged) trace.runTriggered(epoch);
    return begun;
  }

  /** Emits what changed since the trace was judged the last time. */
  emit(epoch: Epoch, trace: BufferedRun): void {
    const { waiting } = trace;
    const rules = trace.isCut
      ? aliveOf(epoch, epoch.rules.plan.bufferedRules)
      : this.reports.has(trace.row)
        ? trace.due
        : trace.matchingRules;
    for (const rule of rules) if (waiting?.has(rule) !== true) this.emitRule(epoch, rule, trace);
    if (waiting !== undefined) this.reports.noteStale(trace.row);
  }

  forget(row: Row): void {
    this.traces.forget(row);
  }

  private begin(epoch: Epoch, { row, reason }: ClosedTrace, always: DueRules, last: boolean): BufferedRun | undefined {
    const { plan } = epoch.rules;
    const buffer = this.traces.of(row);
    const { spans, held } = buffer.whole ?? NO_WHOLE_SPANS;
    const triggered = { columns: triggeredBy(epoch, plan.columns, buffer.ofRows), whole: triggeredBy(epoch, plan.wholeSpans, held) };
    const isCut = buffer.count >= this.settings.maxSpans && this.assembly.traces.spanCount(row) > buffer.count;
    // The kept spans are those by which the trace was judged when it was full.
    if (isCut && buffer.wasCut) return undefined;
    buffer.wasCut = isCut;
    const onColumns = isCut || always.columns.length + triggered.columns.length > 0;
    if (!onColumns && always.whole.length + triggered.whole.length === 0) return undefined;
    const seen = {
      id: this.verdicts.traceId(row),
      complete: !isCut && this.assembly.isComplete(row),
      tolerance: toleranceOf(this.settings),
    };
    const columns = onColumns ? this.traces.spansOf(buffer, this.verdicts.wireTraceId(row), epoch) : [];
    return new BufferedRun(row, reason, buffer.count, isCut, always, triggered, isCut || last ? undefined : waitingRules(buffer), {
      columns: orderedTrace(seen, columns, buffer.ofRows),
      whole: orderedTrace(seen, spans, held),
    });
  }

  /** Counts evaluations. A rule over spans has one per span, even if it was known beforehand that none can match. A repeated judgement does not count. */
  private countEvaluations(epoch: Epoch, closed: readonly ClosedTrace[]): void {
    const { plan, compiled } = epoch.rules;
    let spans = 0;
    let traces = 0;
    for (const { row } of closed) {
      const buffer = this.traces.of(row);
      if (buffer.counted === 0) traces++;
      spans += buffer.count - buffer.counted;
      buffer.counted = buffer.count;
    }
    for (const rule of plan.bufferedRules) {
      const times = compiled.rules[rule]!.subject === 'span' ? spans : traces;
      if (epoch.alive[rule] === 1) epoch.accounts[rule]!.countEvaluations(times);
    }
  }

  private emitRule(epoch: Epoch, rule: RuleIndex, judged: BufferedRun): void {
    const { row, reason } = judged;
    const { subject: kind, needs, lasting: isLasting = false } = epoch.rules.compiled.rules[rule]!;
    const { trace, spans } = needs === 'columns' ? judged.columns : judged.whole;
    const { matches, mistyped, inDoubt, undecided = judged.isCut ? TOO_MANY_SPANS : undefined } = judged.judgedOf(rule);
    const isExceeded = undecided?.code === 'step_limit' && inDoubt === undefined;
    this.noteSteps(row, rule, isExceeded ? judged.count : undefined);
    if (mistyped !== undefined) this.errors.confirm(rule);
    if (mistyped?.first !== undefined) this.noteError(epoch, rule, judged.count, trace, mistyped.first);
    const matching = new Set(matches);
    // A rule numbers its subjects -1 (the trace), 0, 1 …; stored verdicts are numbered from 0.
    const subjects = new Set([...matches, ...this.reports.standing(row, rule).map((subject) => subject - 1)]);
    if (undecided !== undefined && (kind === 'span' || matches.length === 0)) subjects.add(TRACE);
    for (const subject of subjects) {
      const found = foundBy(matching.has(subject) || (undecided ?? false));
      const aboutSpan = kind === 'span' && subject !== TRACE;
      const report = { rule, row, subject: subject + 1, ...found, aboutSpan, isCut: judged.isCut, isLasting, closeReason: reason };
      this.reports.report(epoch, report, () => {
        const span = spans[subject];
        const isKnown = kind === 'trace' || span !== undefined;
        const known = isKnown
          ? explain(epoch, rule, evidenceOf(trace, judged.count, span, isExceeded && found.found === 'undecided'))
          : ALL_JUDGED;
        const doubtful = subject === TRACE && found.found === 'undecided' && inDoubt !== undefined ? trace.spans[inDoubt] : undefined;
        return { span: named(span ?? doubtful ?? standIn(known, trace.spans)), explanation: known };
      });
    }
  }

  /** @param exceededAt the number of spans on which the rule exceeded its steps; undefined: it did not */
  private noteSteps(row: Row, rule: RuleIndex, exceededAt: number | undefined): void {
    const buffer = this.traces.of(row);
    if (exceededAt === undefined) buffer.exceeded?.delete(rule);
    else {
      buffer.exceeded ??= new Map();
      buffer.exceeded.set(rule, { spans: exceededAt, times: (buffer.exceeded.get(rule)?.times ?? 0) + 1 });
    }
  }

  /** The judgement of the trace, or of a span, failed on a value of a wrong type. */
  private noteError(epoch: Epoch, rule: RuleIndex, count: number, trace: OrderedTrace['trace'], { span, message }: EvaluationError): void {
    this.errors.found(epoch, rule, () => {
      const on = trace.spans[span];
      const explanation = explain(epoch, rule, evidenceOf(trace, count, on));
      return {
        failure: { message: clipped(message) },
        span: named(on ?? standIn(explanation, trace.spans)),
        conditions: explanation.conditions,
      };
    });
  }
}

function aliveOf({ alive }: Epoch, rules: readonly RuleIndex[]): readonly RuleIndex[] {
  return rules.filter((rule) => alive[rule] === 1);
}

/** The rules that the trace may match because it has all they need. */
function triggeredBy(epoch: Epoch, plan: BufferPlan, held: TraceConditions): readonly RuleIndex[] {
  const { rules } = epoch.rules.compiled;
  const triggered = new Set<RuleIndex>();
  for (const condition of held.conditions()) {
    for (const rule of plan.rulesOfTrigger.get(condition) ?? []) {
      if (epoch.alive[rule] === 1 && rules[rule]!.buffered!.needed.every((needed) => held.has(needed))) triggered.add(rule);
    }
  }
  return [...triggered];
}

/** Rules that exceeded their steps when the trace had more than half of its spans: at once if these are many, else after some attempts. */
function waitingRules({ count, exceeded }: BufferedTrace): ReadonlySet<RuleIndex> | undefined {
  if (exceeded === undefined) return undefined;
  const waits = ({ spans, times }: ExceededSteps): boolean => count < 2 * spans && (spans >= MANY_SPANS || times > PROMPT_TRIES);
  const rules = new Set([...exceeded].flatMap(([rule, one]) => (waits(one) ? [rule] : [])));
  return rules.size === 0 ? undefined : rules;
}

function evidenceOf(trace: TraceView, spanCount: number, span: BufferedSpan | undefined, isExceeded = false): Evidence {
  const atom = (): { count: number; witnesses: [] } => ({ count: 0, witnesses: [] });
  const evidence = { trace, spans: trace.spans, spanCount, atom, ...(isExceeded ? { exceeded: true as const } : {}) };
  return span === undefined ? evidence : { ...evidence, span };
}

/** The span that a verdict on the whole trace names: the first witness, else the root, else the first span. */
function standIn(explanation: Explanation, spans: readonly BufferedSpan[]): BufferedSpan | undefined {
  const witness = explanation.conditions.find(({ witnesses }) => witnesses !== undefined && witnesses.length > 0)?.witnesses?.[0];
  return (
    spans.find(({ id, name, service }) => id === witness?.span_id && name === witness.name && service === witness.service) ??
    spans.find(({ isRoot }) => isRoot) ??
    spans[0]
  );
}

function named(span: BufferedSpan | undefined): NamedSpan | undefined {
  if (span === undefined) return undefined;
  const { id, wireId, kind, startTime, name, service, duration, form } = span;
  const start = BigInt(startTime);
  const isServer = kind === 'server';
  return { spanId: id, wireSpanId: wireId, isServer, start, name, service, duration: Number(duration), form };
}
