import { type CommitPoint, PartitionEngine, RuleClock, type UncompiledRules, type Verdict } from '#engine';
import { controlOf, type LogRecord, type Position, type RecordBatch, writePositionMetadata } from '#messaging';
import { TOPICS } from '#records';
import { engineRecord, type IngestTime } from '#replay';
import { PartitionRuleHealth } from '../rules/partition-rule-health.js';
import { RuleErrors } from '../rules/rule-errors.js';
import type { RuleInForce } from '../rules/rule-series.js';
import { Account } from './account/account.js';
import { type PartitionAccount, partitionAccount } from './account/partition-account.js';
import { PartitionGauges } from './account/partition-gauges.js';
import { Barriers } from './barriers.js';
import { type Beginning, beginningOf, isAsLeft, type KnownBefore } from './hand-over/beginning.js';
import { epochBefore } from './hand-over/epoch-before.js';
import { type HandOver, handOverOf, isThere } from './hand-over/hand-over.js';
import { takeBack } from './hand-over/take-back.js';
import type { PartitionTools } from './partition-tools.js';
import { Periodic } from './periodic.js';
import { MisplacedRecords } from './records/misplaced-records.js';
import { RecordsAside } from './records/records-aside.js';
import { ClosedTracePublisher } from './status/closed-trace-publisher.js';
import { RuleStatusPublisher } from './status/rule-status-publisher.js';
import { ShadowSamples } from './status/shadow-samples.js';
import { type JudgedUpTo, VerdictsUnderWay } from './verdicts/verdicts-under-way.js';

/** The maximum difference of brokers' and evaluators' clocks (ms). */
const MAX_CLOCK_SKEW_MS = 1_000;

/**
 * One assigned partition, from assignment to revocation: records → engine → violations log → commit, in this order (docs/architecture.md, invariant 3). Its
 * calls never overlap. A batch that is delivered again after a failure continues where it stopped: applied records are not applied twice, and violations are
 * kept until they are acknowledged.
 */
export class AssignedPartition {
  private readonly engine: PartitionEngine;
  private readonly account: Account;
  private readonly gauges: PartitionGauges;
  private readonly ruleErrors: RuleErrors;
  private readonly health: PartitionRuleHealth;
  private readonly ruleStatus: RuleStatusPublisher;
  private readonly samples: ShadowSamples;
  private readonly label: { readonly partition: string };
  /** The rule set that the engine requests next: a marker names it, and it is loaded before the engine reads the marker. */
  private prepared: UncompiledRules;
  /** The offset of the next record to apply. */
  private next: number;
  private readonly verdicts: VerdictsUnderWay;
  private readonly aside: RecordsAside;
  private readonly misplaced: MisplacedRecords;
  private readonly barriers: Barriers;
  private readonly judgeFrom: number;
  private readonly time: IngestTime;
  private applying: LogRecord | undefined;
  /** Where a successor would begin to judge, by the committed position. */
  private point: CommitPoint;
  private committed: { readonly offset: number; readonly published: number };
  /** The position committed in the group. */
  private left: Position | undefined;
  private readonly committing: Periodic;
  /** The offset before which a predecessor with the same judgement published all verdicts. */
  private published: number;
  /** The log replaced another one: a successor that begins with its first record must know. */
  private readonly replacing: boolean;
  private readonly telling: Periodic;
  /** Counts have changed since they were published. */
  private untold = false;
  /** A record was judged since the rules' errors were noted. */
  private unnoted = false;
  /** The ends of gaps that are not reached yet, ascending. Markers may be among the deleted records: after a gap the rules in force are determined again. */
  private readonly gapEnds: number[] = [];
  /** Whether this evaluator must publish verdicts from now on: they are not published yet. */
  private readonly tells = (): boolean => !this.preparing && (this.applying === undefined || this.applying.offset >= this.published);
  private readonly found = (verdict: Verdict): void => {
    // The owner of the partition keeps samples of rules in shadow in memory.
    if (!this.samples.take(verdict, !this.preparing) && this.tells()) this.verdicts.add(verdict);
  };

  private constructor(
    private readonly partition: number,
    { startAt, judgeFrom, epoch, logTime, start, paused, rules, time, published, lacksBefore, replacing }: Beginning,
    private readonly tools: PartitionTools,
    /** Another evaluator still owns the partition, and publishes, counts and moves. */
    private preparing = false,
  ) {
    this.next = startAt;
    this.judgeFrom = judgeFrom;
    this.time = time;
    this.published = published;
    this.replacing = replacing;
    this.committed = { offset: judgeFrom, published };
    this.misplaced = new MisplacedRecords(partition, tools);
    this.barriers = new Barriers(partition, tools.log, tools.monotonic);
    this.point = { offset: judgeFrom, epoch, logTime, start, paused };
    this.committing = new Periodic(() => tools.commitInterval, tools.monotonic, tools.monotonic());
    this.telling = new Periodic(tools.tellInterval, tools.monotonic);
    this.prepared = rules;
    this.label = { partition: String(partition) };
    this.engine = new PartitionEngine({
      partition,
      settings: tools.assembly,
      ruleSetOf: () => this.prepared,
      initialEpoch: epoch,
      judgeFrom,
      committedAt: logTime,
      clock: new RuleClock(tools.monotonic),
      paused,
      ...(lacksBefore === undefined ? {} : { lacksBefore }),
      undecodable: (_record, reason) => {
        if (this.applying) this.keepAside(this.applying, reason);
      },
      defect: ({ offset }, error) => this.defect(offset, error),
      passed: (...found) => this.tells() && this.verdicts.addPassed(...found),
    });
    this.aside = new RecordsAside(partition, tools);
    this.verdicts = new VerdictsUnderWay(partition, { next: startAt, point: undefined }, tools, this.engine.accounting);
    this.account = new Account(this.engine.accounting, tools.measurements, tools.monotonic);
    this.ruleErrors = new RuleErrors(partition, this.engine.accounting);
    this.health = new PartitionRuleHealth(partition, this.engine.accounting, () => this.engine.logTime ?? 0);
    this.samples = new ShadowSamples(partition, tools.measurements);
    this.samples.inForce(rules.definitions);
    const closed = new ClosedTracePublisher(partition, this.engine.accounting.closedTraces, () => this.engine.logTime ?? 0);
    this.ruleStatus = new RuleStatusPublisher(tools.log, this.ruleErrors, this.health, this.samples, closed, tools.monotonic);
    this.gauges = new PartitionGauges(this.label, this.engine, tools.measurements);
    if (!preparing && partition < tools.log.partitions(TOPICS.spans)) this.gauges.epoch();
  }

  /** Reads from `startAt`, far enough before the committed offset to read whole traces that continue after it; judges from the offset on. */
  static async begin(
    partition: number,
    position: Position | undefined,
    tools: PartitionTools,
    known: KnownBefore,
  ): Promise<AssignedPartition> {
    const run = new AssignedPartition(partition, await beginningOf(partition, position, tools, known), tools);
    run.left = position;
    return run;
  }

  /** A run that follows the owner of a partition, who committed `position`, to take the partition over. */
  static async prepare(partition: number, position: Position, tools: PartitionTools): Promise<AssignedPartition> {
    const run = new AssignedPartition(partition, await beginningOf(partition, position, tools, {}), tools, true);
    run.left = position;
    return run;
  }

  /** The offset at which it could take the partition over, if its owner left it at `position`; undefined when it cannot. */
  handOver(position: Position | undefined): HandOver | undefined {
    const handOver = handOverOf(position, this.left, this.tools);
    const judged = this.engine.epoch > 0 && !this.tools.rules.isReplaced(this.engine.epoch);
    return judged && handOver !== undefined && handOver.offset >= this.next ? handOver : undefined;
  }

  /** The owner left the partition at `position`: this run takes it over. False when another run must begin. */
  async takeUp(position: Position | undefined): Promise<boolean> {
    const handOver = this.handOver(position);
    if (handOver === undefined || !(await isThere(this.tools.log, this.partition, this.next))) return false;
    this.preparing = false;
    this.left = position;
    this.point = handOver.point;
    this.published = handOver.offset;
    this.committed = { offset: handOver.point.offset, published: handOver.offset };
    this.committing.done();
    // The owner has counted it.
    this.account.skip();
    this.health.skip();
    await this.verdicts.judged(this.judged);
    return true;
  }

  /** Whether a revoked run may continue with its state: the partition came back unchanged, at `position`. */
  async goesOn(position: Position | undefined): Promise<boolean> {
    return isAsLeft(this.partition, this.left, position, this.next, this.tools.log);
  }

  get startAt(): number {
    return this.next;
  }

  /** Its successor after the log was replaced; its verdicts are published, and the rules stay in force. */
  async anew(epoch = this.engine.epoch, isAnother = false): Promise<AssignedPartition> {
    if (isAnother) takeBack(this.engine, this.next, this.found);
    await this.publishAll();
    return AssignedPartition.begin(this.partition, undefined, this.tools, { epoch, isAnother: isAnother || this.replacing });
  }

  /**
   * The run that replaces this one, which judges again up to the batch. It is needed when the log names the rules in force only after spans were read (a new
   * cluster whose rules came later). Usually undefined.
   */
  async informed({ records }: RecordBatch): Promise<AssignedPartition | undefined> {
    if (this.engine.epoch > 0) return undefined;
    const before = records.map(controlOf).find((control) => control?.kind === 'epoch');
    if (before?.kind !== 'epoch' || before.before === undefined || before.before === 0) return undefined;
    const run = await this.anew(before.before);
    for await (const batch of this.tools.log.read(TOPICS.spans, this.partition, run.startAt, records[0]!.offset)) await run.records(batch);
    return run;
  }

  /** The rules in force here; a new object when they change. */
  get rules(): readonly RuleInForce[] {
    return this.prepared.definitions;
  }

  /** The offset before which all records are judged, with their verdicts in the log. */
  get position(): number {
    return Math.max(this.verdicts.acknowledged.next, this.judgeFrom);
  }

  /** The account of the spans that were read. */
  get accounted(): PartitionAccount {
    const { partition, judgeFrom: from, openTraces } = this;
    const position = Math.max(this.next, from);
    return partitionAccount({ partition, from, position, openTraces }, this.engine.accounting, this.misplaced.elsewhere);
  }

  /** How many ms log time is ahead of this machine's clock; 0 up to a second. */
  get ahead(): number {
    const ahead = (this.engine.logTime ?? 0) - this.tools.wall();
    return ahead > MAX_CLOCK_SKEW_MS ? ahead : 0;
  }

  /** The rule set in force. */
  get epoch(): number {
    return this.engine.epoch;
  }

  /** Its traces exceed the memory budget. Reading frees memory, so it continues; senders must wait. */
  get openTraces(): number {
    return this.engine.openTraces;
  }

  get full(): boolean {
    return !this.engine.accepts();
  }

  /** Records before this offset, which are not read yet, were deleted: spans are lost. Records before those may still come. */
  interrupt(before: number): void {
    this.gapEnds.push(before);
    this.published = 0;
  }

  async records(batch: RecordBatch): Promise<void> {
    await this.follow(batch);
    this.untold = true;
    await this.publish();
    if (this.telling.due) this.report();
    if (this.committing.due) await this.commit();
  }

  /** No records come: commits, and appends ticks if a trace waits for time to pass. */
  async idle(): Promise<void> {
    await this.publishAll();
    if (this.untold && this.telling.due) this.report();
    this.gauges.ahead(this.ahead);
    this.account.updateRulesInTime();
    this.ruleStatus.publish();
    if (this.committing.due) await this.commit();
    const deadline = this.engine.nextDeadline();
    if (deadline === undefined || this.tools.now() < deadline || this.time.isStopped) return;
    await this.tools.ticks.append(this.partition);
  }

  /** The last commit, so that the successor has little to repeat. */
  async end(): Promise<void> {
    await this.publishAll();
    await this.commit();
    this.report();
    this.account.updateRules();
    await this.ruleStatus.end();
  }

  /** Applies records without publishing: in a prepared run those below the offset at which it could take over now. Most batches are applied within this turn. */
  follow({ records }: Pick<RecordBatch, 'records'>): Promise<void> | undefined {
    for (let i = 0; i < records.length; i++) {
      const record = records[i]!;
      if (record.offset < this.next) continue;
      const lacks = this.gapEnds.length > 0 && record.offset >= this.gapEnds[0]!;
      const waiting = lacks ? this.findRules(record).then(() => this.apply(record)) : this.apply(record);
      const applied = (): void => void (this.next = record.offset + 1);
      if (waiting) return waiting.then(applied).then(() => this.follow({ records: records.slice(i + 1) }));
      applied();
    }
    return undefined;
  }

  /** Returns a promise only when there is something to wait for: most records are applied within this turn. */
  private apply(record: LogRecord): Promise<void> | undefined {
    this.applying = record;
    const control = controlOf(record);
    const { timestamp, pause } = this.time.take(record, control);
    const { offset } = record;
    if (control?.kind === 'epoch') return this.switchTo(offset, timestamp, control.epoch);
    this.unnoted = true;
    if (control) {
      if (control.kind === 'barrier' && !this.preparing) this.barriers.note(control.id, offset);
      this.engine.apply(engineRecord(record, control, { timestamp, pause }, undefined), this.found);
      return undefined;
    }
    const started = this.tools.monotonic();
    const misplaced = this.misplaced.in(record, (error) => this.defect(offset, error));
    this.engine.apply(engineRecord(record, control, { timestamp, pause }, misplaced), this.found);
    // Spans that belong here are judged; the rest is moved before the offset is committed. In the context before the commit that is done already.
    if (misplaced && offset >= this.judgeFrom) this.misplaced.note({ ...record, timestamp }, misplaced, !this.preparing);
    this.tools.measurements.observe('ruleEvaluationDuration', (this.tools.monotonic() - started) / 1_000);
    return undefined;
  }

  private keepAside(record: LogRecord, reason: string): void {
    if (record.offset >= this.judgeFrom && !this.preparing) this.aside.add(record, reason);
  }

  /** A record that failed may fail again, even in a later version. So it goes to the dead letters, and the partition continues after it. */
  private defect(offset: number, error: unknown): void {
    if (this.applying?.offset !== offset || offset < this.judgeFrom || this.preparing) return;
    const { stack, message } = error instanceof Error ? error : new Error(String(error));
    const isNew = this.aside.add(this.applying, `a defect of BeTrace: ${stack ?? message}`);
    if (isNew) this.tools.measurements.count('evaluationDefects', this.label);
    this.tools.defect(error instanceof Error ? error : new Error(String(error)), this.partition, offset);
  }

  private async switchTo(offset: number, timestamp: number, epoch: number): Promise<void> {
    if (epoch > this.engine.epoch) {
      if (this.unnoted) this.noteRuleErrors();
      this.prepared = await this.tools.rules.ruleSet(epoch);
      if (this.tools.rules.isReplaced(epoch)) this.published = 0;
      this.samples.inForce(this.prepared.definitions);
    }
    this.engine.apply({ kind: 'epoch', offset, timestamp, epoch }, this.found);
    if (!this.preparing) this.gauges.epoch();
  }

  /** The first record after deleted ones: finds the rules in force, and which traces lack spans. */
  private async findRules({ offset, timestamp }: LogRecord): Promise<void> {
    const epoch = await epochBefore(this.tools.log, this.partition, offset);
    if (epoch > this.engine.epoch) await this.switchTo(offset - 1, Math.min(this.engine.logTime ?? timestamp, timestamp), epoch);
    this.engine.interrupt();
    while (this.gapEnds.length > 0 && offset >= this.gapEnds[0]!) this.gapEnds.shift();
  }

  private noteRuleErrors(): void {
    this.unnoted = false;
    this.ruleErrors.note(this.prepared.definitions, this.engine.logTime ?? 0);
  }

  /** Appends the verdicts to the log, while the next records are judged. */
  private async publish(): Promise<void> {
    await this.moveUnjudged();
    if (this.barriers.any) await this.publishAll();
    else await this.verdicts.judged(this.judged);
  }

  /** Resolves when all verdicts are acknowledged. */
  private async publishAll(): Promise<void> {
    await this.moveUnjudged();
    await this.verdicts.allOf(this.judged);
    await this.barriers.answer((offset) => this.engine.openBefore(offset), this.tools.signal, this.tools.barriersFailed);
  }

  private get judged(): JudgedUpTo {
    return { next: this.next, point: this.engine.commitPoint() };
  }

  /** Writes unjudged records to the dead letters, and moves misplaced spans: both are rare. */
  private moveUnjudged(): Promise<void> | undefined {
    return this.aside.any || this.misplaced.any ? this.aside.keep().then(() => this.misplaced.move()) : undefined;
  }

  /**
   * Commits up to the oldest record that may still matter; all violations before it are acknowledged. If the position cannot move, its metadata says how far
   * verdicts are published.
   */
  private async commit(): Promise<void> {
    const { next, point } = this.verdicts.acknowledged;
    // A prepared run began before the position that it took over.
    if (point !== undefined && point.offset >= this.point.offset) this.point = point;
    const { offset: from, epoch, logTime, start, paused } = this.point;
    // A log in memory ends with the process: applied records may be deleted when space is needed, and stay for a successor otherwise.
    const offset = this.tools.volatile ? next : from;
    const published = Math.max(next, this.published);
    if (offset <= this.committed.offset && published <= this.committed.published) return;
    this.committing.done();
    const { isPresent: said } = this.time;
    const more = { said, published, judgement: this.tools.judgement, replacing: this.replacing, ...(this.tools.volatile ? { from } : {}) };
    const metadata = writePositionMetadata({ epoch, logTime, start, paused, ...more });
    const reached = Math.max(offset, this.committed.offset);
    const position = { offset: reached, metadata };
    await this.tools.commit(this.partition, position);
    this.left = position;
    this.committed = { offset: reached, published };
  }

  /** Publishes the counts as metrics and rule status. */
  private report(): void {
    this.telling.done();
    this.untold = false;
    this.noteRuleErrors();
    this.ruleStatus.publish();
    this.account.update();
    this.gauges.report(this.ahead);
  }
}
