import type { TypeFailure } from '#dsl';
import { REJECTIONS, type Rejection } from './rejection.js';
import { CLOSE_REASONS, type CloseReason } from './verdict/close-reason.js';
import { ClosedTraces } from './verdict/closed-traces.js';
import type { UndecidedCode } from './verdict/undecided.js';

/** Error texts that are counted separately per rule; others count as `OTHER_ERRORS`. */
export const ERROR_TEXTS = 20;
export const OTHER_ERRORS = 'other errors';

const REASONS = Object.keys(REJECTIONS) as readonly Rejection[];

/** Type failures that are counted separately per rule. */
const TYPE_FAILURES = 5;

/** Spans on which a rule met a value of a wrong type, all of one kind. */
export interface CountedTypeFailure extends TypeFailure {
  count: number;
}

/** Spans that all rules of a kind judged; counted once for all of them. */
export interface SpanTally {
  spans: number;
}

/** Time that all rules of a rule set took together. */
export interface TimeTally {
  milliseconds: number;
}

/** Counts of one rule, over all of its versions. */
export class RuleAccount {
  private judged = 0;
  /** Current traces and their account: one for each partition that shares this object. */
  private readonly tallies = new Set<SpanTally>();
  /** Judgements without a verdict, by reason; including those that are not reported one by one. */
  readonly undecided = new Map<UndecidedCode, number>();
  /** Values of a wrong type: the first few kinds, by error and reading, each with its first example. */
  readonly typeFailures = new Map<string, CountedTypeFailure>();
  /** Violations found. */
  matches = 0;
  private ownTime = 0;
  /** The groups of the rule, and its share of each. */
  private readonly shares = new Map<TimeTally, number>();
  private last: string | undefined;
  /** Occurrences of the last error, since it became the last or `errors` was read. Most rules that fail do so often, and with one error. */
  private times = 0;
  private readonly byText = new Map<string, number>();

  /** @param enterGathered adds errors that were counted for many rules at once to the accounts; called before errors are read */
  constructor(private readonly enterGathered: () => void = () => undefined) {}

  /** Evaluations: spans for a rule about spans, traces for a rule about traces. A repetition after late spans does not count. */
  get evaluations(): number {
    let evaluations = this.judged;
    for (const { spans } of this.tallies) evaluations += spans;
    return evaluations;
  }

  countTypeFailure(failure: TypeFailure): void {
    const key = `${failure.message} ${failure.reading ?? ''}`;
    const existing = this.typeFailures.get(key);
    if (existing !== undefined) existing.count++;
    else if (this.typeFailures.size < TYPE_FAILURES) this.typeFailures.set(key, { ...failure, count: 1 });
  }

  countUndecided(code: UndecidedCode): void {
    this.undecided.set(code, (this.undecided.get(code) ?? 0) + 1);
  }

  countEvaluations(times: number): void {
    this.judged += times;
  }

  /** From now on the rule judges every span of a tally, which is 0. */
  join(tally: SpanTally): void {
    this.tallies.add(tally);
  }

  /** The rule stops judging spans of the tally. */
  leave(tally: SpanTally): void {
    if (this.tallies.delete(tally)) this.judged += tally.spans;
  }

  /** Estimated milliseconds of evaluation, from the evaluations that were timed; 0 without a clock. */
  get time(): number {
    let time = this.ownTime;
    for (const [{ milliseconds }, share] of this.shares) time += milliseconds * share;
    return time;
  }

  addTime(milliseconds: number): void {
    this.ownTime += milliseconds;
  }

  /** From now on this share (0 to 1) of a tally, which is 0, belongs to the rule. */
  joinTime(tally: TimeTally, share: number): void {
    this.shares.set(tally, share);
  }

  /** The tally no longer grows. */
  leaveTime(tally: TimeTally): void {
    this.ownTime += tally.milliseconds * (this.shares.get(tally) ?? 0);
    this.shares.delete(tally);
  }

  get lastError(): string | undefined {
    this.enterGathered();
    return this.last;
  }

  /** Failed evaluations, by Lua's text. */
  get errors(): ReadonlyMap<string, number> {
    this.enterGathered();
    this.enter();
    return this.byText;
  }

  /** Counts evaluations that failed with the same text. */
  countErrors(text: string, times: number): void {
    if (text !== this.last) {
      this.enter();
      this.last = text;
    }
    this.times += times;
  }

  private enter(): void {
    if (this.last === undefined || this.times === 0) return;
    const label = this.byText.has(this.last) || this.byText.size < ERROR_TEXTS ? this.last : OTHER_ERRORS;
    this.byText.set(label, (this.byText.get(label) ?? 0) + this.times);
    this.times = 0;
  }
}

/**
 * The outcome of all spans that an engine received, as plain data for metrics: received = evaluated + rejected + duplicates + conflicts + superseded.
 * Spans read only as context (before the offset from which it judges) are separate: another engine accounted for them.
 */
export class Accounting {
  received = 0;
  evaluated = 0;
  /** Spans that arrived before with the same content, in a remembered trace or in a forgotten one. */
  duplicates = 0;
  /** Duplicates that arrived after their trace was forgotten. */
  retried = 0;
  /** Spans that arrived again with other content: each form is judged as a span, but counted separately. */
  conflicts = 0;
  /** Forms of spans in progress that are not judged: the final form, or another form in progress, replaces them. */
  superseded = 0;
  context = 0;
  /** Evaluated spans that arrived after their trace closed. */
  late = 0;
  readonly rejected: Record<Rejection, number> = zeros(REJECTIONS);
  readonly closed: Record<CloseReason, number> = zeros(CLOSE_REASONS);
  /** Closed traces by time and rule set. */
  readonly closedTraces = new ClosedTraces();
  /** By rule id. */
  readonly rules = new Map<string, RuleAccount>();
  private readonly gatherers: (() => void)[] = [];

  /** Received spans, by kind. */
  get accounted(): number {
    let accounted = this.evaluated + this.duplicates + this.conflicts + this.superseded;
    for (const reason of REASONS) accounted += this.rejected[reason];
    return accounted;
  }

  /** A final form is judged: the first of its span (`isNew`), or a further one. If a form in progress waited for it, that is counted already. */
  countJudged(isNew: boolean, waited: boolean): void {
    if (!isNew) this.conflicts++;
    else if (waited) this.superseded++;
    else this.evaluated++;
  }

  /**
   * @param time when the trace was quiet, Unix ms of log time
   * @param epoch under which the trace opened
   */
  countClosed(reason: CloseReason, time: number, epoch: number): void {
    this.closed[reason]++;
    this.closedTraces.note(time, epoch);
  }

  /** `enter` counts the errors gathered since its last call. It is called whenever an account's errors are read. */
  gatherErrors(enter: () => void): void {
    this.gatherers.push(enter);
  }

  private enterGathered(): void {
    for (const enter of this.gatherers) enter();
  }

  rule(id: string): RuleAccount {
    let account = this.rules.get(id);
    if (account === undefined) {
      account = new RuleAccount(() => this.enterGathered());
      this.rules.set(id, account);
    }
    return account;
  }
}

function zeros<Label extends string>(labels: Readonly<Record<Label, string>>): Record<Label, number> {
  return Object.fromEntries(Object.keys(labels).map((label) => [label, 0])) as Record<Label, number>;
}
