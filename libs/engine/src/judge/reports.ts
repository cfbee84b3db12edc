import type { Explanation, RuleIndex } from '#dsl';
import type { VerdictStatus } from '#records';
import type { Assembly } from '../assembly/assembly.js';
import type { Row } from '../index-types.js';
import type { Epoch } from '../rules/epoch.js';
import type { RuleSet } from '../rules/rule-set.js';
import type { CloseReason } from '../verdict/close-reason.js';
import { Revisions, type Standing } from '../verdict/revisions.js';
import { treeHash } from '../verdict/tree-hash.js';
import type { Undecided } from '../verdict/undecided.js';
import type { Conclusion } from './guarded-calls.js';
import type { NamedSpan } from './kept-spans.js';
import type { UndecidedLimit } from './undecided-limit.js';
import { reasonOf, type ValueError, type ValueErrors } from './value-errors.js';
import type { RuleFinding, Verdicts } from './verdicts.js';

/** Approximate bytes of a subject's verdict in its map. */
const STANDING_BYTES = 180;

/** Late spans change a trace's evidence this many times at once; after that, each time the number of changes has doubled. */
const PROMPT_CHANGES = 8;

const LACKS_RECORDS: Undecided = {
  code: 'records_deleted',
  reason:
    'records of the log that may have held spans of this trace were deleted before they were judged: with these spans it may be no violation',
};

const NO_LONGER: Explanation = { summary: 'what could not be compared or computed with no longer matters', conditions: [] };

/** The result of a rule for a subject. */
export interface Report {
  readonly rule: RuleIndex;
  readonly row: Row;
  /** 0 for the trace, else a number of the span among the rule's. */
  readonly subject: number;
  /** `retracted`: the rule does not match. */
  readonly found: VerdictStatus;
  readonly aboutSpan: boolean;
  /** Judged without some spans of its trace, and not judged again (`maxSpans`). */
  readonly isCut?: boolean;
  /** If it matches, no further span can change that. */
  readonly isLasting: boolean;
  readonly closeReason: CloseReason | 'certain';
  readonly undecided?: Undecided;
  /** The rule's verdict on a value of another type. */
  readonly byError?: true;
}

/** The span and evidence of a verdict; computed only for verdicts that may be emitted. */
export interface Shown {
  readonly span: NamedSpan | undefined;
  readonly explanation: Explanation;
}

/** The status that follows from a conclusion. */
export function foundBy(concluded: Conclusion): Pick<Report, 'found' | 'undecided'> {
  if (typeof concluded === 'object') return { found: 'undecided', undecided: concluded };
  return { found: concluded ? 'open' : 'retracted' };
}

/**
 * The results of rules for remembered traces. A verdict is emitted when it differs from the last one about its subject: in status, in the span it names, or
 * in its explanation (docs/decisions/0017).
 */
export class Reports {
  private readonly revisions = new Revisions();
  /** By trace with verdicts: how often it was judged again because of late spans. */
  private readonly lateJudgements = new Map<Row, number>();
  /** Traces whose evidence changed since it was emitted. */
  private readonly stale = new Set<Row>();
  /** The evidence of the trace under judgement may be emitted later. */
  private isHeld = false;

  constructor(
    private readonly assembly: Assembly,
    private readonly verdicts: Verdicts,
    private readonly limit: UndecidedLimit,
    private readonly errors: ValueErrors,
  ) {}

  /** Begins the judgement of a trace: the next reports are about that trace. */
  begin(row: Row, reason: CloseReason): void {
    this.errors.begin();
    this.isHeld = false;
    if (reason !== 'late_span' || !this.revisions.has(row)) return;
    const times = (this.lateJudgements.get(row) ?? 0) + 1;
    this.lateJudgements.set(row, times);
    this.isHeld = times > PROMPT_CHANGES && (times & (times - 1)) !== 0;
    if (!this.isHeld) this.stale.delete(row);
  }

  /** A trace is about to be forgotten: whether to judge it once more, because its evidence changed since it was emitted. */
  isStale(row: Row): boolean {
    return this.stale.has(row);
  }

  /** The evidence of a trace may have changed, and some rule was not evaluated: judge it once more before it is forgotten. */
  noteStale(row: Row): void {
    this.stale.add(row);
  }

  /** Like `begin`, for the last time. */
  beginLast(row: Row): void {
    this.errors.begin();
    this.isHeld = false;
    this.stale.delete(row);
  }

  /** Emits the verdict of the rule if it is new. `shown` is called only then, or to compare. */
  report(epoch: Epoch, report: Report, shown: () => Shown): void {
    const isNoMatch = report.subject === 0 && report.found === 'retracted';
    const error = isNoMatch ? this.errors.of(report.row, report.rule) : undefined;
    if (error === undefined) this.tell(epoch, this.asKnown(report), shown);
    else this.tellError(epoch, report, error);
  }

  /** A match that a span in deleted records could refute is not known to be one. */
  private asKnown(report: Report): Report {
    const isOpen = report.found === 'open' && !report.isLasting && this.assembly.lacks(report.row);
    return isOpen ? { ...report, found: 'undecided', undecided: LACKS_RECORDS } : report;
  }

  /** Ends the judgement: emits reports of wrong types for rules that did not match, or retracts them. */
  reportErrors(epoch: Epoch, row: Row, closeReason: CloseReason): void {
    for (const rule of this.revisions.byErrors(row)) {
      if (epoch.alive[rule] === 0 || this.errors.of(row, rule) !== undefined) continue;
      const report = { rule, row, subject: 0, found: 'retracted', aboutSpan: false, isLasting: true, closeReason } as const;
      this.tell(epoch, report, () => ({ span: undefined, explanation: NO_LONGER }));
    }
    for (const rule of this.errors.rules(row)) {
      const last = this.revisions.of(row, rule, 0);
      const hasFound = last !== undefined && last.status !== 'retracted' && !last.byError;
      if (epoch.alive[rule] === 1 && !hasFound) this.tellError(epoch, { rule, row, closeReason }, this.errors.of(row, rule)!);
    }
  }

  private tellError(epoch: Epoch, { rule, row, closeReason }: Pick<Report, 'rule' | 'row' | 'closeReason'>, error: ValueError): void {
    const isUndecided = error.exceeded === true || epoch.rules.definitions[rule]!.onError === 'undecided';
    const found = isUndecided ? ({ found: 'undecided', undecided: undecidedBy(error) } as const) : ({ found: 'open' } as const);
    const report = { rule, row, subject: 0, ...found, aboutSpan: false, isLasting: true, closeReason, byError: true } as const;
    this.tell(epoch, report, () => ({ span: error.span, explanation: errorExplanation(epoch.rules, rule, error) }));
  }

  private tell(epoch: Epoch, report: Report, shown: () => Shown): void {
    const { rule, row, subject, found, isCut = false } = report;
    const last = this.revisions.of(row, rule, subject);
    if (found === (last?.status ?? 'retracted') && this.isUnchanged(row, last, isCut)) return;
    const { span, explanation: known } = shown();
    const explanation = report.undecided === undefined ? known : withoutVerdict(known, report.undecided);
    const evidence = treeHash([nameOf(span), explanation, report.undecided?.code, this.assembly.isFragment(row), isCut]);
    const spans = this.spansOf(row);
    // A verdict that was counted with others counts once.
    if (last?.status === found && (last.evidence === evidence || last.revision === 0)) {
      last.spans = spans;
      last.byError = report.byError === true;
      return;
    }
    const { undecided } = report;
    if (undecided !== undefined && last?.status !== 'undecided') epoch.accounts[rule]!.countUndecided(undecided.code);
    const revision = (last?.revision ?? 0) + 1;
    // A rule that was only counted with others, and has no violation, is not reported.
    const isSilent = last?.revision === 0 && found === 'retracted';
    const before = last === undefined || last.revision === 0 ? undefined : last.status;
    const finding: RuleFinding = {
      rule: epoch.rules.definitions[rule]!,
      row,
      span,
      aboutSpan: report.aboutSpan,
      isCut,
      revision,
      status: found,
      before,
      ...(undecided === undefined ? {} : { undecided }),
      ...(report.byError === true ? { byError: true } : {}),
      closeReason: report.closeReason,
      explanation,
    };
    // There is no verdict about it, so it may be left out.
    const isLimited = found === 'undecided' && before === undefined;
    const isEmitted = !isSilent && !(isLimited && !this.limit.admits(finding.rule, row, undecided!, () => this.verdicts.verdict(finding)));
    this.revisions.set(row, rule, subject, {
      revision: isEmitted ? revision : 0,
      status: found,
      evidence,
      spans,
      byError: report.byError === true,
    });
    if (found === 'open' && (before === undefined || before === 'undecided')) epoch.accounts[rule]!.matches++;
    if (isEmitted) this.verdicts.emit(finding);
  }

  /** The trace has verdicts. */
  has(row: Row): boolean {
    return this.revisions.has(row);
  }

  /** The subject has a verdict. */
  isKnown(row: Row, rule: RuleIndex, subject: number): boolean {
    return this.revisions.of(row, rule, subject) !== undefined;
  }

  /** The subjects of a rule whose verdict is not retracted. */
  standing(row: Row, rule: RuleIndex): readonly number[] {
    return this.revisions.standing(row, rule);
  }

  forget(row: Row): void {
    this.errors.forget(row);
    if (!this.revisions.has(row)) return;
    this.revisions.forget(row);
    this.lateJudgements.delete(row);
    this.stale.delete(row);
  }

  /** Approximate bytes in use. */
  get bytes(): number {
    return this.revisions.count * STANDING_BYTES;
  }

  /** The status is unchanged: emits nothing for no match, if no span came since, or if it can wait. */
  private isUnchanged(row: Row, last: Standing | undefined, isCut: boolean): boolean {
    if (last === undefined || last.status === 'retracted' || last.spans === this.spansOf(row)) return true;
    if (isCut) return false;
    if (this.isHeld) this.stale.add(row);
    return this.isHeld;
  }

  /** The trace's number of spans, doubled; plus one for a fragment. */
  private spansOf(row: Row): number {
    return 2 * this.assembly.traces.spanCount(row) + (this.assembly.isFragment(row) ? 1 : 0);
  }
}

/** Why a rule has no verdict, if it does not report values of a wrong type. */
export function undecidedBy(error: ValueError): Undecided {
  return { code: error.exceeded === true ? 'step_limit' : 'value_type', reason: reasonOf(error) };
}

/** Where the rule failed; steps may run out anywhere. */
export function errorExplanation(rules: RuleSet, rule: RuleIndex, error: ValueError): Explanation {
  const { failure, exceeded, span, conditions } = error;
  const reason = reasonOf(error);
  if (exceeded === true) return { summary: reason, conditions };
  const tree = rules.compiled.rules[rule]!.explainFailure({ failure, reason, span: span?.spanId });
  return { summary: reason, conditions, tree };
}

/** The known values of a rule's parts, where the rule could not be judged. */
function withoutVerdict(explanation: Explanation, { reason }: Undecided): Explanation {
  const { tree } = explanation;
  return { ...explanation, summary: reason, ...(tree === undefined ? {} : { tree: { ...tree, outcome: 'undecided', sentence: reason } }) };
}

/** The data of the named span that a verdict shows. */
function nameOf(span: NamedSpan | undefined): readonly unknown[] {
  return span === undefined ? [] : [span.wireSpanId, span.isServer, span.name, span.service, span.duration];
}
