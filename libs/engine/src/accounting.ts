import type { TypeFailure } from '#dsl';
import { REJECTIONS, type Rejection } from './rejection.js';
import { CLOSE_REASONS, type CloseReason } from './verdict/close-reason.js';
import { ClosedTraces } from './verdict/closed-traces.js';
import type { UndecidedCode } from './verdict/undecided.js';

/** Error texts with a count of their own per rule; further ones count as `OTHER_ERRORS`. */
const ERROR_TEXTS = 20;
export const OTHER_ERRORS = 'other errors';

const REASONS = Object.keys(REJECTIONS) as readonly Rejection[];

/** Type failures counted apart per rule. */
const TYPE_FAILURES = 5;

/** Spans on which a rule met a value of another type, alike. */
export interface CountedTypeFailure extends TypeFailure {
  count: number;
}

/** Spans that all rules of some kind judged alike: counted once for all. */
export interface SpanTally {
  spans: number;
}

/** Time that all rules of a rule set took together. */
export interface TimeTally {
  milliseconds: number;
}

/** What one rule did, all its versions together. */
export class RuleAccount {
  private judged = 0;
  /** Its present traces and their account: one per partition that shares it. */
  private readonly tallies = new Set<SpanTally>();
  /** Judgements without a verdict, by why: also those that are not told one by one. */
  readonly undecided = new Map<UndecidedCode, number>();
  /** Values of another type than the rule can take: the first few kinds, by error and reading, each with its first example. */
  readonly typeFailures = new Map<string, CountedTypeFailure>();
  /** Violations found. */
  matches = 0;
  private ownTime = 0;
  /** The groups of the rule, and its share of each. */
  private readonly shares = new Map<TimeTally, number>();
  private last: string | undefined;
  /** How often it was the last error since it became that or `errors` was read. A rule mostly fails in one way, and then often. */
  private times = 0;
  private readonly byText = new Map<string, number>();

  /** @param enterGathered adds to the accounts the errors that were counted for many rules at once; called before errors are read */
  constructor(private readonly enterGathered: () => void = () => undefined) {}

  /** Evaluations: spans for a rule about spans, traces for one about traces. Each counts once, also when it is judged again after late spans. */
  get evaluations(): number {
    let evaluations = this.judged;
    for (const { spans } of this.tallies) evaluations += spans;
    return evaluations;
  }

  countTypeFailure(failure: TypeFailure): void {
    const key = `${failure.message} ${failure.reading ?? ''}`;
    const known = this.typeFailures.get(key);
    if (known !== undefined) known.count++;
    else if (this.typeFailures.size < TYPE_FAILURES) this.typeFailures.set(key, { ...failure, count: 1 });
  }

  countUndecided(code: UndecidedCode): void {
    this.undecided.set(code, (this.undecided.get(code) ?? 0) + 1);
  }

  countEvaluations(times: number): void {
    this.judged += times;
  }

  /** From now on the rule judges every span of a tally that stands at 0. */
  join(tally: SpanTally): void {
    this.tallies.add(tally);
  }

  /** It judges no more of them. */
  leave(tally: SpanTally): void {
    if (this.tallies.delete(tally)) this.judged += tally.spans;
  }

  /** Milliseconds that its evaluations took, estimated from those that were timed: 0 without a clock. */
  get time(): number {
    let time = this.ownTime;
    for (const [{ milliseconds }, share] of this.shares) time += milliseconds * share;
    return time;
  }

  addTime(milliseconds: number): void {
    this.ownTime += milliseconds;
  }

  /** From now on so much (0 to 1) of a tally that stands at 0 is the rule's. */
  joinTime(tally: TimeTally, share: number): void {
    this.shares.set(tally, share);
  }

  /** Nothing is added to the tally any more. */
  leaveTime(tally: TimeTally): void {
    this.ownTime += tally.milliseconds * (this.shares.get(tally) ?? 0);
    this.shares.delete(tally);
  }

  get lastError(): string | undefined {
    this.enterGathered();
    return this.last;
  }

  /** Evaluations that failed, by Lua's text. */
  get errors(): ReadonlyMap<string, number> {
    this.enterGathered();
    this.enter();
    return this.byText;
  }

  /** So many evaluations failed with the same text. */
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
 * What an engine did with everything it was given, as plain data for metrics: received = evaluated + rejected + duplicates + conflicts + superseded.
 * Spans read only as context (before the offset from which it judges) stand apart: another engine accounted for them.
 */
export class Accounting {
  received = 0;
  evaluated = 0;
  /** Spans that their trace had already, with the same content, or that came before it was forgotten. */
  duplicates = 0;
  /** The latter. */
  retried = 0;
  /** Spans that came again with other content: judged, each form of a span as a span, but counted apart. */
  conflicts = 0;
  /** Forms of spans in progress for which the final form stands, or another in progress: they are not judged. */
  superseded = 0;
  context = 0;
  /** Evaluated spans that came after their trace was closed. */
  late = 0;
  readonly rejected: Record<Rejection, number> = zeros(REJECTIONS);
  readonly closed: Record<CloseReason, number> = zeros(CLOSE_REASONS);
  /** Of these, when and under which rule set. */
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

  /** A final form is judged: the first of its span (`isNew`) or another; one in progress may have waited for it, which is counted already. */
  countJudged(isNew: boolean, waited: boolean): void {
    if (!isNew) this.conflicts++;
    else if (waited) this.superseded++;
    else this.evaluated++;
  }

  /** `time`: when it was quiet, Unix ms, log time; `epoch`: under which it opened. */
  countClosed(reason: CloseReason, time: number, epoch: number): void {
    this.closed[reason]++;
    this.closedTraces.note(time, epoch);
  }

  /** `enter` counts errors that were gathered since it was called last: it is called whenever an account's errors are read. */
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
