import type { RuleIndex } from '#dsl';
import { type Explanation, FALSE, TRUE, type Truth, UNKNOWN } from '#dsl';
import type { Row, SpanIndex } from '../../index-types.js';
import { hasCondition, lowestCondition } from '../../rules/condition-mask.js';
import type { Epoch } from '../../rules/epoch.js';
import type { CloseReason } from '../../verdict/close-reason.js';
import type { Doubts } from '../doubts.js';
import { type Conclusion, conclude, concludeInDoubt, decide, explain } from '../guarded-calls.js';
import type { KeptSpans } from '../kept-spans.js';
import type { OnlineEvidence } from '../online-evidence.js';
import type { OnlineTraceView } from '../online-trace-view.js';
import { foundBy, type Reports, type Shown } from '../reports.js';
import type { ValueErrors } from '../value-errors.js';
import type { UnknownBits } from '../worlds.js';
import { isInDoubt } from '../worlds.js';
import { PendingGroups } from './pending-groups.js';

/**
 * Online rules about one span in its trace (`span.name == "charge" and not trace.has(…)`). Each span that can match waits in its group until the trace
 * decides.
 */
export class MixedRules {
  readonly groups: PendingGroups;
  private readonly found: RuleIndex[] = [];

  constructor(
    private readonly kept: KeptSpans,
    private readonly reports: Reports,
    private readonly evidence: OnlineEvidence,
    private readonly errors: ValueErrors,
    private readonly doubts: Doubts,
  ) {
    this.groups = new PendingGroups(kept);
  }

  /** Span `i` joins its group in each rule for which it can match. The trace's state includes the span already. */
  add(epoch: Epoch, row: Row, state: number, i: SpanIndex, trace: OnlineTraceView, closed: boolean): void {
    const { compiled } = epoch.rules;
    for (const rule of this.candidatesOf(epoch, i)) {
      const { spanConditions } = compiled.rules[rule]!;
      if (epoch.alive[rule] === 0) continue;
      let bits = 0;
      for (let bit = 0; bit < spanConditions.length; bit++) if (holds(epoch, i, spanConditions[bit]!)) bits |= 1 << bit;
      const isKnown = epoch.inDoubt.size + epoch.mistyped.size === 0;
      const inDoubt = isKnown ? 0 : bitsOf(spanConditions, epoch.inDoubt.get(i));
      const mistyped = !isKnown && isStrict(epoch, rule) ? bitsOf(spanConditions, epoch.mistyped.get(i)) & ~inDoubt : 0;
      this.join(epoch, row, state, i, rule, { bits: bits >>> 0, inDoubt, mistyped: mistyped >>> 0 }, trace, closed);
    }
  }

  /** The rules for which span `i` can match, in their order. */
  private candidatesOf(epoch: Epoch, i: SpanIndex): readonly RuleIndex[] {
    const { compiled, plan } = epoch.rules;
    const { words } = compiled;
    const { mixedMask, mixedOfAnySpan } = plan;
    let only = mixedOfAnySpan;
    let lists = mixedOfAnySpan.length === 0 ? 0 : 1;
    for (let word = 0; word < words; word++) {
      for (let bits = epoch.matched[i * words + word]! & mixedMask[word]!; bits !== 0; bits &= bits - 1) {
        only = plan.mixedOfCondition[lowestCondition(word, bits)]!;
        lists++;
      }
    }
    // Nearly every span: what the plan has in order needs neither copy nor sort.
    return lists <= 1 && epoch.inDoubt.size + epoch.mistyped.size === 0 ? only : this.mergedOf(epoch, i);
  }

  private mergedOf(epoch: Epoch, i: SpanIndex): readonly RuleIndex[] {
    const { compiled, plan } = epoch.rules;
    const { words } = compiled;
    const { found } = this;
    found.length = 0;
    for (let word = 0; word < words; word++) {
      for (let bits = epoch.matched[i * words + word]! & plan.mixedMask[word]!; bits !== 0; bits &= bits - 1) {
        found.push(...plan.mixedOfCondition[lowestCondition(word, bits)]!);
      }
    }
    if (epoch.inDoubt.size + epoch.mistyped.size > 0) this.findUnknown(epoch, i);
    found.push(...plan.mixedOfAnySpan);
    return found.sort((a, b) => a - b);
  }

  /** The rules that may match span `i`. */
  private findUnknown({ rules: { plan }, inDoubt, mistyped }: Epoch, i: SpanIndex): void {
    for (const condition of inDoubt.get(i) ?? NONE) this.found.push(...plan.mixedOfCondition[condition]!);
    for (const condition of mistyped.get(i) ?? NONE) {
      this.found.push(...plan.mixedOfCondition[condition]!.filter((rule) => plan.strict?.rules.has(rule) === true));
    }
  }

  /** Evaluates a rule on its waiting groups. */
  decide(epoch: Epoch, row: Row, state: number, rule: RuleIndex, trace: OnlineTraceView): void {
    for (let group = epoch.states.groups(state); group !== 0; group = this.groups.next(group)) {
      if (this.groups.rule(group) !== rule || this.groups.verdict(group) !== UNKNOWN || this.groups.isOpen(group)) continue;
      const truth = decide(epoch, rule, trace, this.groups.bits(group));
      if (truth !== UNKNOWN) this.settle(epoch, row, group, truth);
    }
  }

  /** Judges the groups that still wait. Emits all changes since the last time, including other groups. */
  conclude(epoch: Epoch, row: Row, state: number, trace: OnlineTraceView, reason: CloseReason): void {
    if (epoch.rules.plan.mixedRules.length === 0) return;
    for (let group = epoch.states.groups(state); group !== 0; group = this.groups.next(group)) {
      const rule = this.groups.rule(group);
      const verdict = this.groups.verdict(group);
      if (epoch.alive[rule] === 0 || verdict === FALSE) continue;
      const matches = verdict === TRUE || this.concludeGroup(epoch, rule, group, trace);
      this.report(epoch, row, group, matches, reason);
    }
  }

  private concludeGroup(epoch: Epoch, rule: RuleIndex, group: number, trace: OnlineTraceView): Conclusion {
    const { groups, errors } = this;
    const doubts = this.doubts.of(trace.row);
    const isOpen = groups.isOpen(group) || (doubts !== undefined && isInDoubt(epoch.rules.compiled, rule, doubts));
    const matches = conclude(epoch, rule, trace, groups.bits(group), this.evidence, isOpen ? undefined : errors);
    if (!isOpen || typeof matches === 'object') return matches;
    return concludeInDoubt(epoch, rule, trace, groups.unknown(group), doubts, errors);
  }

  forget(epoch: Epoch, state: number): void {
    if (epoch.rules.plan.mixedRules.length > 0) this.groups.forget(epoch.states.groups(state));
  }

  private join(
    epoch: Epoch,
    row: Row,
    state: number,
    i: SpanIndex,
    rule: RuleIndex,
    bits: UnknownBits,
    trace: OnlineTraceView,
    closed: boolean,
  ): void {
    const first = epoch.states.groups(state);
    let group = this.groups.find(first, rule, bits);
    if (group === 0) {
      const isOpen = (bits.inDoubt | bits.mistyped) !== 0;
      const verdict = closed || isOpen ? UNKNOWN : decide(epoch, rule, trace, bits.bits);
      group = this.groups.open(first, rule, bits, verdict);
      epoch.states.setGroups(state, group);
    }
    const verdict = this.groups.verdict(group);
    if (verdict === FALSE) return;
    const slot = this.kept.keep(epoch.columns, i, 0, 0);
    this.groups.append(group, slot);
    // A closed trace is judged again after the whole record.
    if (verdict === TRUE && !closed) this.reportSpan(epoch, row, group, slot, true, 'certain', this.shownOf(epoch, row, group));
  }

  /** The verdict of a group is certain. If it is no match, its spans need not wait. */
  private settle(epoch: Epoch, row: Row, group: number, verdict: Exclude<Truth, typeof UNKNOWN>): void {
    this.groups.decide(group, verdict);
    if (verdict === FALSE) this.groups.empty(group);
    else this.report(epoch, row, group, true, 'certain');
  }

  /** Reports the result of a rule for all spans of a group. */
  private report(epoch: Epoch, row: Row, group: number, concluded: Conclusion, closeReason: CloseReason | 'certain'): void {
    const shown = this.shownOf(epoch, row, group);
    for (let slot = this.groups.first(group); slot !== 0; slot = this.kept.next(slot)) {
      this.reportSpan(epoch, row, group, slot, concluded, closeReason, shown);
    }
  }

  private reportSpan(
    epoch: Epoch,
    row: Row,
    group: number,
    slot: number,
    concluded: Conclusion,
    closeReason: CloseReason | 'certain',
    shown: () => Explanation,
  ): void {
    const rule = this.groups.rule(group);
    const isLasting = this.groups.verdict(group) === TRUE;
    const report = { rule, row, subject: slot, ...foundBy(concluded), aboutSpan: true, isLasting, closeReason };
    this.reports.report(epoch, report, (): Shown => ({ span: this.kept.named(slot), explanation: shown() }));
  }

  /** The verdict is the same for all spans of a group, and is computed at most once. */
  private shownOf(epoch: Epoch, row: Row, group: number): () => Explanation {
    let explanation: Explanation | undefined;
    return () => {
      const rule = this.groups.rule(group);
      explanation ??= explain(epoch, rule, this.evidence.of(epoch, row, rule, this.groups.unknown(group)));
      return explanation;
    };
  }
}

function holds(epoch: Epoch, i: SpanIndex, condition: number): boolean {
  return hasCondition(epoch.matched, i * epoch.rules.compiled.words, condition);
}

function isStrict(epoch: Epoch, rule: RuleIndex): boolean {
  return epoch.rules.plan.strict?.rules.has(rule) === true;
}

/** The bits of those conditions that are among some. */
function bitsOf(conditions: readonly number[], some: readonly number[] | undefined): number {
  if (some === undefined) return 0;
  let bits = 0;
  for (const [bit, condition] of conditions.entries()) if (some.includes(condition)) bits |= 1 << bit;
  return bits >>> 0;
}

const NONE: readonly number[] = [];
