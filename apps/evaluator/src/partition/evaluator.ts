import { UncompiledRules } from '#engine';
import {
  DeadLetters,
  LatestLatencies,
  type Log,
  LogError,
  logProblem,
  type PartitionListener,
  type Position,
  type RecordBatch,
  readPositionMetadata,
  type Subscription,
} from '#messaging';
import type { EvaluatedPartition, EvaluatedSpans } from '#platform';
import { EVALUATORS, TOPICS } from '#records';
import { keyRing } from '#signing';
import { PARTITION_GAUGES } from '../metrics.js';
import { ViolationPublisher } from '../publish/violation-publisher.js';
import type { RuleInForce } from '../rules/rule-series.js';
import { RulesFollower } from '../rules/rules-follower.js';
import type { EvaluatorSettings } from '../settings.js';
import { Measurements } from './account/measurements.js';
import { AssignedPartition } from './assigned-partition.js';
import { failingPartitions } from './failing-partitions.js';
import { judgementOf } from './hand-over/judgement.js';
import type { PartitionTools } from './partition-tools.js';
import { idleInterval, tellInterval } from './periodic.js';
import { Preparations } from './preparations.js';
import { Ticks } from './ticks.js';

/** The receiver of an evaluator's reports. */
export interface EvaluatorReport {
  warn(error: Error, message: string): void;
}

/** How long a stop waits for the log before it leaves the rest to a successor. */
const STOP_TIMEOUT_MS = 5_000;
/** How long (ms) the traces of a given-up partition are kept: a group that lost its coordinator rejoins within it. */
const KEPT_MS = 60_000;
/** Milliseconds between two warnings about a wrong producer, whose records are all wrong. */
const WARNING_INTERVAL_MS = 60_000;
/** How long readiness reports (ms) that records were deleted before they were evaluated. */
const EXPIRED_SHOWN_MS = 60 * 60_000;
/** Milliseconds within which a pending marker arrives. */
const MARKER_TIMEOUT_MS = 5_000;
/** A partition that waits for the log this long (ms) counts as failing. */
const STALLED_AFTER_MS = 3_000;

/** How far a partition's log time is ahead of this machine's clock. */
export interface LogTimeAhead {
  readonly partition: number;
  readonly seconds: number;
}

/** Evaluates the assigned partitions, in whichever thread it runs. */
export class Evaluator implements PartitionListener {
  readonly measurements = new Measurements();
  private readonly latencies = new LatestLatencies();
  private readonly aborted = new AbortController();
  private readonly rules: RulesFollower<UncompiledRules>;
  private readonly tools: PartitionTools;
  private readonly runs = new Map<number, AssignedPartition>();
  private readonly preparations: Preparations;
  /** Partitions that were given up recently. */
  private readonly givenUp = new Map<number, AssignedPartition>();
  /** Why a partition is not evaluated now. */
  private readonly failures = new Map<number, Error>();
  /** By partition: since when (ms, monotonic) it processes its current records. */
  private readonly working = new Map<number, number>();
  /** By partition: its offset, even if it could not begin; later records in the log are lag. */
  readonly positions = new Map<number, number>();
  /** Records that were deleted before they were evaluated, by partition. */
  private readonly expiredRecords = new Map<number, number>();
  /** Records deleted from the files of a partition: operators must know, although evaluation continues after them. */
  private readonly lacking = new Map<number, LogError>();
  /** The last records that retention deleted before they were evaluated, and when that was found. */
  private expiredLast: { readonly error: LogError; readonly at: number } | undefined;
  private reportedRules: ReadonlySet<readonly RuleInForce[]> = new Set();
  /** Partitions whose log turned out to be another one, until they begin there. */
  private readonly replaced = new Set<number>();
  /** Why the log cannot be read now. */
  private away: Error | undefined;
  private subscription: Subscription | undefined;
  /** The time since which a partition judges by no rules, although there are some. */
  private rulelessSince: number | undefined;
  private warnedOfMisplaced = Number.NEGATIVE_INFINITY;
  private warnedOfDefect = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly log: Log,
    private readonly settings: EvaluatorSettings,
    private readonly report: EvaluatorReport,
  ) {
    const logFailed = (message: string) => (error: Error) => {
      this.measurements.count('publishFailures');
      report.warn(error, message);
      this.waits(new Error(`${message}: ${error.message}`, { cause: error }));
    };
    this.rules = new RulesFollower(
      log,
      (epoch, rules) => new UncompiledRules(epoch, rules, { timeout: settings.evaluationTimeout }),
      `betrace-rules-${settings.name}`,
      (error) => report.warn(error, 'cannot read the rules log'),
    );
    this.tools = {
      log,
      rules: this.rules,
      publisher: new ViolationPublisher(log, keyRing(settings.keys), logFailed('violations wait for the log')),
      deadLetters: new DeadLetters(log, logFailed('unreadable records wait for the log')),
      measurements: this.measurements,
      ticks: new Ticks(log),
      tellInterval: () => tellInterval(this.runs.size),
      latencies: this.latencies,
      logFailed: logFailed('misplaced spans wait for the log'),
      barriersFailed: logFailed('answers to barriers wait for the log'),
      misplaced: (partition) => this.warnOfMisplaced(partition),
      defect: (error, partition, offset) => this.warnOfDefect(error, partition, offset),
      assembly: settings.assembly,
      judgement: judgementOf(settings),
      evidenceRate: settings.evidenceRate ?? 0,
      commitInterval: settings.commitInterval,
      volatile: settings.volatile,
      foreignProducers: settings.foreignProducers,
      signal: this.aborted.signal,
      commit: async (partition, position) => this.subscription?.commit(partition, position),
      now: () => log.now(),
      wall: () => Date.now(),
      monotonic: () => performance.now(),
    };
    this.preparations = new Preparations(this.tools);
  }

  async start(): Promise<void> {
    await this.rules.start();
    const { runs, settings } = this;
    this.subscription = await this.log.subscribe({
      topic: TOPICS.spans,
      group: EVALUATORS,
      listener: this,
      get idleInterval() {
        return idleInterval(runs.size, settings.idleInterval);
      },
      ...(this.settings.partitions ? { partitions: this.settings.partitions } : {}),
      instanceId: this.settings.instanceId,
    });
  }

  /** Lets others prepare for its partitions, unless these wait for its next process; finishes the batches under way, commits, and leaves. */
  async stop(forGood = false): Promise<void> {
    if (forGood || this.subscription?.staysMember === false) await this.subscription?.handOver(this.settings.handOverTimeout ?? 0);
    const timer = setTimeout(() => this.aborted.abort(new Error('the evaluator stops')), STOP_TIMEOUT_MS);
    try {
      await this.subscription?.close();
      // A preparation has nothing to finish: it may wait for a rule set, or for a hanging broker.
      this.preparations.stop();
      await this.rules.close();
    } finally {
      clearTimeout(timer);
    }
  }

  async assigned(partition: number, committed: Position | undefined, start: number): Promise<number> {
    this.positions.set(partition, committed?.offset ?? start);
    const isAnother = this.replaced.delete(partition);
    // The log of an assigned partition is another one.
    const run =
      (await this.runs.get(partition)?.anew(undefined, true)) ??
      (await this.cameBack(partition, committed)) ??
      (await this.preparations.takenUp(partition, committed)) ??
      (await AssignedPartition.begin(partition, committed, this.tools, { isAnother }));
    this.preparations.dismiss(partition);
    this.givenUp.delete(partition);
    this.runs.set(partition, run);
    if (partition < this.tools.log.partitions(TOPICS.spans)) this.measurements.set('epoch', { partition: String(partition) }, run.epoch);
    this.positions.set(partition, run.position);
    this.measurements.set('partitionFailing', { partition: String(partition) }, 0);
    return run.startAt;
  }

  /** Another evaluator still owns the partition, which comes when this has resolved. */
  async prepare(partition: number, position: () => Promise<Position | undefined>): Promise<void> {
    try {
      await this.preparations.prepare(partition, position);
    } catch (error) {
      this.report.warn(error as Error, `partition ${partition} comes without preparation`);
    }
  }

  dismissed(partition: number): void {
    this.preparations.dismiss(partition);
  }

  /** A partition that the group takes and gives back, as after a hanging coordinator, need not be read again. */
  private async cameBack(partition: number, committed: Position | undefined): Promise<AssignedPartition | undefined> {
    const run = this.givenUp.get(partition);
    return run !== undefined && (await run.goesOn(committed)) ? run : undefined;
  }

  async records(batch: RecordBatch): Promise<void> {
    const existing = this.runs.get(batch.partition);
    if (existing === undefined) return;
    const run = existing.epoch > 0 ? existing : ((await existing.informed(batch)) ?? existing);
    if (run !== existing && this.runs.has(batch.partition)) this.runs.set(batch.partition, run);
    this.working.set(batch.partition, performance.now());
    try {
      await run.records(batch);
    } finally {
      this.working.delete(batch.partition);
      if (this.runs.has(batch.partition)) this.positions.set(batch.partition, run.position);
    }
    this.works(batch.partition);
  }

  async idle(partition: number, position: number): Promise<void> {
    this.working.set(partition, performance.now());
    try {
      // Records that were read may still be judged, and their verdicts appended.
      await this.runs.get(partition)?.idle();
    } finally {
      this.working.delete(partition);
    }
    if (this.runs.has(partition)) this.positions.set(partition, position);
    this.works(partition);
  }

  /** The log does not accept verdicts: partitions that wait long for it stand still, whatever the cause. */
  private waits(error: Error): void {
    for (const [partition, since] of this.working) {
      if (performance.now() - since < STALLED_AFTER_MS) continue;
      this.failures.set(partition, error);
      this.measurements.set('partitionFailing', { partition: String(partition) }, 1);
    }
  }

  private works(partition: number): void {
    if (this.failures.delete(partition)) this.measurements.set('partitionFailing', { partition: String(partition) }, 0);
  }

  /** Why not all partitions are evaluated now: all causes, since one does not end with another; undefined when all are evaluated. */
  get failure(): string | undefined {
    const away = this.away && `the spans log cannot be read: ${this.away.message}`;
    const others = [this.rules.overdue?.message, this.withoutRules() ?? [...this.lacking.values()][0]?.message];
    return [away, ...failingPartitions(this.failures), ...others].filter((cause) => cause !== undefined).join('; ') || undefined;
  }

  /** Some failure is due to the disk or the configuration (such as a name that two processes have): no more should be sent to this process until it is corrected. */
  get damaged(): boolean {
    if (this.away instanceof LogError && this.away.code === 'BT_LOG_KAFKA_FENCED') return true;
    if ([...this.failures.values()].some((error) => 'retryable' in error && error.retryable === false)) return true;
    return this.failures.size === 0 && this.away === undefined && this.withoutRules() !== undefined;
  }

  /** Rules were published, but no marker in the partition names them: retention or a new topic removed it. The API's next marker corrects it. */
  private withoutRules(): string | undefined {
    const { latestEpoch } = this.rules;
    const idle = latestEpoch === 0 ? [] : [...this.runs].filter(([, run]) => run.epoch === 0).map(([partition]) => partition);
    const now = performance.now();
    this.rulelessSince = idle.length === 0 ? undefined : (this.rulelessSince ?? now);
    if (this.rulelessSince === undefined || now - this.rulelessSince < MARKER_TIMEOUT_MS) return undefined;
    return logProblem('BT_LOG_RULES_NOT_IN_FORCE', { partitions: idle.join(', '), epoch: latestEpoch }).message;
  }

  /** Retention deleted records before they were evaluated: waiting does not help, but an operator must know. */
  get expired(): string | undefined {
    const last = this.expiredLast;
    return last === undefined || performance.now() - last.at > EXPIRED_SHOWN_MS ? undefined : last.error.message;
  }

  /** The rules in force in its partitions, if they changed since the last call. */
  changedRules(): readonly RuleInForce[] | undefined {
    const sets = new Set([...this.runs.values()].map((run) => run.rules));
    if (sets.size === this.reportedRules.size && [...sets].every((rules) => this.reportedRules.has(rules))) return undefined;
    this.reportedRules = sets;
    return [...new Map([...sets].flat().map(({ id, name, severity }) => [id, { id, name, severity }])).values()];
  }

  /** The partition whose log time is the furthest ahead of this machine's clock, if one is. */
  get ahead(): LogTimeAhead | undefined {
    const all = [...this.runs].map(([partition, run]) => ({ partition, seconds: run.ahead / 1_000 }));
    return all.filter(({ seconds }) => seconds > 0).sort((a, b) => b.seconds - a.seconds)[0];
  }

  /** The account of its partitions' spans, at this instant. */
  get account(): EvaluatedSpans {
    const partitions = [...this.runs].map(
      ([partition, run]): EvaluatedPartition => ({ ...run.accounted, expiredRecords: this.expiredRecords.get(partition) ?? 0 }),
    );
    const lacking = [...this.positions.keys()]
      .filter((partition) => !this.runs.has(partition))
      .map((partition) => `partition ${partition} is not evaluated at present`);
    for (const { partition, expiredRecords } of partitions) {
      if (expiredRecords > 0) lacking.push(`${expiredRecords} records of partition ${partition} were deleted before they were evaluated`);
    }
    return { partitions, lacking, latencies: this.latencies.seconds };
  }

  /** Updates metrics that must be current during a batch, which may take long: a starting process reads its context first. */
  measure(): void {
    for (const [partition, run] of this.runs) this.measurements.set('waiting', { partition: String(partition) }, run.full ? 1 : 0);
  }

  /** Partitions whose traces exceed the memory budget. */
  get full(): readonly number[] {
    return [...this.runs].filter(([, run]) => run.full).map(([partition]) => partition);
  }

  async revoked(partition: number): Promise<void> {
    const run = this.runs.get(partition);
    this.runs.delete(partition);
    this.failures.delete(partition);
    this.positions.delete(partition);
    this.expiredRecords.delete(partition);
    this.removeGauges(partition);
    try {
      await run?.end();
    } catch (error) {
      // Its successor publishes and commits the rest; nothing is retried here. Where the group has reassigned the partition, this is expected.
      if (!(error instanceof LogError && error.code === 'BT_LOG_NOT_ASSIGNED'))
        this.report.warn(error as Error, `partition ${partition} was lost before its last commit`);
    } finally {
      this.removeGauges(partition);
      if (run !== undefined) this.remember(partition, run);
    }
  }

  private remember(partition: number, run: AssignedPartition): void {
    this.givenUp.set(partition, run);
    setTimeout(() => this.givenUp.get(partition) === run && this.givenUp.delete(partition), KEPT_MS).unref();
  }

  recovered(): void {
    this.away = undefined;
  }

  /** Another member measures them from now on. */
  private removeGauges(partition: number): void {
    for (const gauge of PARTITION_GAUGES) this.measurements.remove(gauge, { partition: String(partition) });
  }

  private warnOfDefect(error: Error, partition: number, offset: number): void {
    const now = performance.now();
    if (now - this.warnedOfDefect < WARNING_INTERVAL_MS) return;
    this.warnedOfDefect = now;
    this.report.warn(
      error,
      `a defect of BeTrace at offset ${offset} of partition ${partition} of ${TOPICS.spans}; the record goes to the dead letter topic`,
    );
  }

  private warnOfMisplaced(partition: number): void {
    const now = performance.now();
    if (now - this.warnedOfMisplaced < WARNING_INTERVAL_MS) return;
    this.warnedOfMisplaced = now;
    const error = new Error(`partition ${partition} of ${TOPICS.spans} has spans of traces that belong to other partitions`);
    this.report.warn(error, 'a producer writes spans with another partitioner than murmur2 of the hex trace id; moving them');
  }

  /** Verdicts that spans in deleted records could refute are undecided. Verdicts on records before the position are published by a predecessor. */
  missing(error: LogError, partition: number, committed?: Position): void {
    const judged = (committed && readPositionMetadata(committed.metadata)?.published) ?? 0;
    const from = Math.max(Number(error.values['from']), judged);
    const records = Number(error.values['to']) - from + 1;
    this.runs.get(partition)?.interrupt(Number(error.values['to']) + 1);
    if (records <= 0) {
      const { from: first, to } = error.values;
      const deleted = new Error(`records ${first} to ${to} were deleted after they were judged; some are of traces that are open`);
      this.report.warn(deleted, `partition ${partition}: traces that are open are judged without the records that were deleted`);
      return;
    }
    this.measurements.count('spansExpired', {}, records);
    this.expiredRecords.set(partition, (this.expiredRecords.get(partition) ?? 0) + records);
    const reported = judged === 0 ? error : logProblem('BT_LOG_RECORDS_EXPIRED', { ...error.values, from });
    if (error.code === 'BT_LOG_RECORDS_MISSING') this.lacking.set(partition, reported);
    else this.expiredLast = { error: reported, at: performance.now() };
    this.report.warn(reported, `partition ${partition} is evaluated without records that were deleted`);
  }

  failed(error: Error, partition?: number): void {
    if (error instanceof LogError && error.code === 'BT_LOG_IS_ANOTHER') this.countLost(partition);
    if (partition === undefined) this.away = error;
    if (partition !== undefined) {
      if (error instanceof LogError && error.code === 'BT_LOG_IS_ANOTHER') this.replaced.add(partition);
      this.failures.set(partition, error);
      this.measurements.set('partitionFailing', { partition: String(partition) }, 1);
    }
    this.report.warn(error, partition === undefined ? 'the spans log cannot be read' : `partition ${partition} is not evaluated`);
  }

  /** The spans that open traces lack, and that would close them, were lost with the log. */
  private countLost(partition: number | undefined): void {
    this.measurements.count('logsReplaced');
    const traces = partition === undefined ? 0 : (this.runs.get(partition)?.openTraces ?? 0);
    if (traces === 0) return;
    this.measurements.count('tracesLost', {}, traces);
    this.report.warn(
      new Error(`${traces} traces of partition ${partition} were open when their log went`),
      'rules about whole traces do not judge them',
    );
  }
}
