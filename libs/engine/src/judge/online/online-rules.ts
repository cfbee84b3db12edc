import type { RuleIndex } from '#dsl';
import { TRUE, UNKNOWN } from '#dsl';
import type { Assembly } from '../../assembly/assembly.js';
import type { Row, SpanIndex } from '../../index-types.js';
import type { Epoch } from '../../rules/epoch.js';
import type { CloseReason } from '../../verdict/close-reason.js';
import { AtomWitnesses } from '../atom-witnesses.js';
import type { Doubts } from '../doubts.js';
import { type Conclusion, conclude, concludeInDoubt, decide, explain } from '../guarded-calls.js';
import type { KeptSpans, NamedSpan } from '../kept-spans.js';
import { OnlineEvidence } from '../online-evidence.js';
import { OnlineTraceView } from '../online-trace-view.js';
import { foundBy, type Reports } from '../reports.js';
import type { ValueErrors } from '../value-errors.js';
import type { Verdicts } from '../verdicts.js';
import { isInDoubt } from '../worlds.js';
import { FedRules } from './fed-rules.js';
import { MixedRules } from './mixed-rules.js';
import { TraceAtoms } from './trace-atoms.js';

const NO_BITS = { bits: 0, inDoubt: 0, mistyped: 0 };

/**
 * Rules that need bits and counters of a trace, not its spans. A rule is evaluated again only when an atom that it reads has changed. It fires as soon as no
 * further span can change its answer. The rest is decided at close, and again after late spans. A rule that fired early is emitted again at close if its evidence
 * changed.
 */
export class OnlineRules {
  private readonly atoms: TraceAtoms;
  private readonly traceView: OnlineTraceView;
  private readonly evidence: OnlineEvidence;
  private readonly mixed: MixedRules;
  private readonly fed: FedRules;

  constructor(
    private readonly assembly: Assembly,
    private readonly kept: KeptSpans,
    private readonly reports: Reports,
    private readonly errors: ValueErrors,
    private readonly doubts: Doubts,
    verdicts: Verdicts,
  ) {
    const witnesses = new AtomWitnesses(kept);
    this.atoms = new TraceAtoms(assembly, kept, witnesses);
    this.traceView = new OnlineTraceView(assembly, verdicts);
    this.evidence = new OnlineEvidence(assembly, kept, witnesses, doubts, verdicts);
    this.fed = new FedRules(assembly, kept);
    this.mixed = new MixedRules(kept, reports, this.evidence, errors, doubts);
  }

  /** Takes span `i` of the epoch's record, which was just added to its trace (opened in that epoch). */
  feed(epoch: Epoch, row: Row, i: SpanIndex): void {
    const state = this.atoms.feed(epoch, row, i);
    const trace = this.traceView.at(epoch, row);
    const waits = this.assembly.traces.isQuiet(row);
    if (epoch.rules.plan.mixedRules.length > 0) this.mixed.add(epoch, row, state, i, trace, waits);
    // A closed trace is judged again after the whole record; a retry is not judged.
    if (waits) return;
    const { toAsk, asking } = this.atoms;
    for (let n = 0; n < asking; n++) {
      const rule = toAsk[n]! as RuleIndex;
      if (epoch.alive[rule] === 0) continue;
      const bit = epoch.rules.plan.settledBit[rule]!;
      if (bit < 0) this.mixed.decide(epoch, row, state, rule, trace);
      else this.decide(epoch, row, state, rule, bit, trace);
    }
  }

  /** Evaluates all rules, even without new atoms since the last time. */
  decideAll(epoch: Epoch, row: Row): void {
    const state = this.assembly.traces.state(row);
    const trace = this.traceView.at(epoch, row);
    const { traceRules, mixedRules } = epoch.rules.plan;
    for (const [bit, rule] of traceRules.entries()) if (epoch.alive[rule] === 1) this.decide(epoch, row, state, rule, bit, trace);
    for (const rule of mixedRules) if (epoch.alive[rule] === 1) this.mixed.decide(epoch, row, state, rule, trace);
  }

  /** Judges the trace as it is. Emits what changed since the last time. */
  conclude(epoch: Epoch, row: Row, reason: CloseReason): void {
    const { traces } = this.assembly;
    const state = traces.state(row);
    const times = traces.noteJudged(row) ? 1 : 0;
    const trace = this.traceView.at(epoch, row);
    const { traceRules, falseUntilFed, strict } = epoch.rules.plan;
    epoch.timing = epoch.clock?.conclusions.next() ?? 0;
    this.fed.of(epoch, row);
    const fired = this.reports.has(row);
    const doubts = this.doubts.of(row);
    // A rule that does not match has nothing to emit, unless it has a verdict or its errors are verdicts.
    const isSilent = !fired && strict === undefined;
    for (let bit = 0; bit < traceRules.length; bit++) {
      const rule = traceRules[bit]!;
      if (epoch.alive[rule] === 0) continue;
      const isOpen = doubts !== undefined && isInDoubt(epoch.rules.compiled, rule, doubts);
      if (epoch.states.isSettled(state, bit)) {
        // Certain as the language defines it, where a failure is false; but the rule may report failures.
        if (isOpen) concludeInDoubt(epoch, rule, trace, NO_BITS, doubts, this.errors);
        // The current verdict may report a value of a wrong type, though the rule does not match.
        if (fired && this.reports.isKnown(row, rule, 0)) this.report(epoch, row, rule, this.settledOn(epoch, rule, trace), reason);
        continue;
      }
      epoch.accounts[rule]!.countEvaluations(times);
      if (falseUntilFed[rule] === true && !this.fed.has(rule) && !isOpen) continue;
      const conclusion = conclude(epoch, rule, trace, 0, this.evidence, this.errors);
      const matches =
        isOpen && typeof conclusion !== 'object' ? concludeInDoubt(epoch, rule, trace, NO_BITS, doubts, this.errors) : conclusion;
      const doubtful = isOpen && typeof matches === 'object' ? this.doubtfulSpan(epoch, row, rule) : undefined;
      if (matches !== false || !isSilent) this.report(epoch, row, rule, matches, reason, doubtful);
    }
    this.mixed.conclude(epoch, row, state, trace, reason);
  }

  forget(epoch: Epoch, row: Row): void {
    const { traces } = this.assembly;
    const state = traces.state(row);
    this.kept.forget(traces.witnesses(row));
    this.mixed.forget(epoch, state);
    epoch.states.release(state);
  }

  /** Bytes of pending spans' groups. */
  get bytes(): number {
    return this.mixed.groups.bytes;
  }

  private decide(epoch: Epoch, row: Row, state: number, rule: RuleIndex, bit: number, trace: OnlineTraceView): void {
    if (epoch.states.isSettled(state, bit)) return;
    const truth = decide(epoch, rule, trace, 0);
    if (truth === UNKNOWN) return;
    epoch.states.settle(state, bit);
    epoch.accounts[rule]!.countEvaluations(1);
    if (truth === TRUE) this.report(epoch, row, rule, true, 'certain');
  }

  /** A rule is certain about a trace and has something to report: mostly because it matches. */
  private settledOn(epoch: Epoch, rule: RuleIndex, trace: OnlineTraceView): Conclusion {
    const isStrict = epoch.rules.plan.strict?.rules.has(rule) === true;
    return !isStrict || conclude(epoch, rule, trace, 0, this.evidence, this.errors);
  }

  /** The first span on which a condition of the rule exceeds its steps. */
  private doubtfulSpan({ rules: { compiled } }: Epoch, row: Row, rule: RuleIndex): NamedSpan | undefined {
    return this.doubts.firstOf(
      row,
      compiled.rules[rule]!.atoms.map((atom) => compiled.atoms[atom]!.condition),
    );
  }

  private report(
    epoch: Epoch,
    row: Row,
    rule: RuleIndex,
    concluded: Conclusion,
    closeReason: CloseReason | 'certain',
    doubtful?: NamedSpan,
  ): void {
    const isLasting = epoch.states.isSettled(this.assembly.traces.state(row), epoch.rules.plan.settledBit[rule]!);
    this.reports.report(epoch, { rule, row, subject: 0, ...foundBy(concluded), aboutSpan: false, isLasting, closeReason }, () => ({
      span: doubtful ?? this.evidence.spanFor(epoch, row, rule),
      explanation: explain(epoch, rule, this.evidence.of(epoch, row, rule)),
    }));
  }
}
