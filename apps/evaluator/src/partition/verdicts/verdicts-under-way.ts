import type { Accounting, CommitPoint, TellPassed, Verdict } from '#engine';
import type { PassedEvidence } from '../../publish/evidence-record.js';
import { violationLetter } from '../../publish/violation-letter.js';
import type { SetAsideReason } from '../../publish/violation-publisher.js';
import type { PartitionTools } from '../partition-tools.js';
import { countSetAside, countVerdict } from './count-verdict.js';
import { EvidenceRate } from './evidence-rate.js';

/** Maximum of verdicts that wait behind an append, and of an append's time (ms); beyond either, reading waits too. */
const MAX_WAITING = 1_000;
const MAX_WAIT_MS = 500;

/** How far a partition is judged, and where a successor would begin. */
export interface JudgedUpTo {
  /** Offset of the next record. */
  readonly next: number;
  readonly point: CommitPoint | undefined;
}

/**
 * The verdicts of a partition on their way to the violations log. One append is in progress at a time, so that they keep their order. Meanwhile the partition continues to judge, and the next append has the new verdicts. A state may be committed when all verdicts up to it are acknowledged.
 */
export class VerdictsUnderWay {
  private waiting: Verdict[] = [];
  private evidence: PassedEvidence[] = [];
  private readonly rate: EvidenceRate;
  private underWay: Promise<void> | undefined;
  private since = 0;
  private failure: { readonly error: unknown } | undefined;
  private present: JudgedUpTo;

  constructor(
    private readonly partition: number,
    /** All verdicts up to this state are acknowledged. */
    private done: JudgedUpTo,
    private readonly tools: Pick<
      PartitionTools,
      'publisher' | 'deadLetters' | 'signal' | 'measurements' | 'latencies' | 'now' | 'monotonic' | 'evidenceRate'
    >,
    private readonly accounting: Accounting,
  ) {
    this.present = done;
    this.rate = new EvidenceRate(tools.evidenceRate);
  }

  /** A trace complies with these rules: evidence is appended in the same way, within the rate. */
  readonly addPassed: TellPassed = (rules, requested, passed) => {
    const trace = passed();
    const admitted = this.rate.admitted(rules, requested, trace.timestamp);
    for (const rule of admitted) this.evidence.push({ rule, trace });
    if (admitted.length === rules.length) return;
    for (const rule of rules) if (!admitted.includes(rule)) this.countWithheld(rule.id, 'rate');
  };

  add(verdict: Verdict): void {
    this.waiting.push(verdict);
  }

  get acknowledged(): JudgedUpTo {
    return this.done;
  }

  /**
   * The partition has reached this state. Resolves soon, unless too much waits for the log. Rejects with an earlier append's error; then its verdicts wait to
   * be appended again.
   */
  async judged(judged: JudgedUpTo): Promise<void> {
    this.present = judged;
    this.throwFailure();
    this.appendNext();
    if (this.underWay === undefined) return;
    if (this.waiting.length >= MAX_WAITING || this.tools.monotonic() - this.since >= MAX_WAIT_MS) await this.all();
  }

  /** Likewise, but resolves when all is acknowledged. An earlier failed append is retried first, since there may be no later call. */
  async allOf(judged: JudgedUpTo): Promise<void> {
    this.present = judged;
    this.failure = undefined;
    this.appendNext();
    await this.all();
  }

  private async all(): Promise<void> {
    while (this.underWay !== undefined) await this.underWay;
    this.throwFailure();
  }

  private throwFailure(): void {
    const { failure } = this;
    this.failure = undefined;
    if (failure !== undefined) throw failure.error;
  }

  /** Begins the next append if none is under way and verdicts wait. */
  private appendNext(): void {
    if (this.underWay !== undefined) return;
    const { waiting, evidence, present } = this;
    if (waiting.length === 0 && evidence.length === 0) {
      this.done = present;
      return;
    }
    this.waiting = [];
    this.evidence = [];
    this.since = this.tools.monotonic();
    this.underWay = this.append(waiting, evidence).then(
      () => {
        this.underWay = undefined;
        this.done = present;
        this.appendNext();
      },
      (error: unknown) => {
        this.underWay = undefined;
        this.waiting = [...waiting, ...this.waiting];
        this.evidence = [...evidence, ...this.evidence];
        this.failure = { error };
      },
    );
  }

  private async append(verdicts: readonly Verdict[], evidence: readonly PassedEvidence[]): Promise<void> {
    if (verdicts.length > 0) await this.appendVerdicts(verdicts);
    if (evidence.length > 0) await this.appendEvidence(evidence);
  }

  private async appendEvidence(evidence: readonly PassedEvidence[]): Promise<void> {
    const { publisher, signal, measurements } = this.tools;
    const lost = await publisher.publishEvidence(this.partition, evidence, signal);
    for (const { evidence: one, reason } of lost) this.countWithheld(one.rule.id, reason);
    const notPublished = new Set(lost.map((one) => one.evidence));
    for (const one of evidence) if (!notPublished.has(one)) measurements.count('evidence', { rule_id: one.rule.id });
  }

  private countWithheld(rule_id: string, reason: 'rate' | SetAsideReason): void {
    this.tools.measurements.count('evidenceWithheld', { rule_id, reason });
  }

  private async appendVerdicts(verdicts: readonly Verdict[]): Promise<void> {
    const { publisher, deadLetters, signal, measurements, latencies, now } = this.tools;
    const lost = await publisher.publish(this.partition, verdicts, signal);
    for (const one of lost) await deadLetters.keep(violationLetter(one), signal);
    const notPublished = new Set(lost.map(({ verdict }) => verdict));
    for (const verdict of verdicts) if (!notPublished.has(verdict)) countVerdict(measurements, verdict);
    for (const { timestamp } of verdicts) latencies.note(now() - timestamp);
    for (const one of lost) countSetAside(measurements, this.accounting, one);
  }
}
