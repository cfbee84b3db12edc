import { type Log, type LogError, type LogRecord, logProblem, type RecordBatch, RuleHistory, type Subscription } from '#messaging';
import { type PublishedRule, type RuleSetRecord, TOPICS } from '#records';

/** Maximum of rule sets kept for the other partitions of the thread: the newest. A partition in a replay keeps its own. */
const MAX_CACHED = 16;

/** How long a marker may precede its rule set (ms). */
const TIMEOUT_MS = 10_000;
/** Delay before it is reported (ms). */
const REPORT_AFTER_MS = 1_000;

type Waiting = PromiseWithResolvers<void> & { readonly since: number };

/**
 * Follows the rules log: epoch → rule set, one object for all partitions. Every thread reads the whole log in its own group and commits nothing. So it finds
 * any epoch that a marker names, even an old one during a replay.
 */
export class RulesFollower<RuleSet> {
  private readonly history = new RuleHistory();
  private readonly made = new Map<number, RuleSet>();
  private readonly waiting = new Map<number, Waiting>();
  private subscription: Subscription | undefined;

  /**
   * @param make must not throw: the rule set reports a rule that cannot be compiled
   * @param group unique to this reader
   */
  constructor(
    private readonly log: Log,
    private readonly make: (epoch: number, rules: readonly PublishedRule[]) => RuleSet,
    private readonly group: string,
    private readonly failed: (error: Error) => void,
    private readonly timeoutMs = TIMEOUT_MS,
  ) {}

  async start(): Promise<void> {
    this.subscription = await this.log.subscribe({
      topic: TOPICS.rules,
      group: this.group,
      // A static assignment: a follower needs all rules at once, and shares none with group members.
      partitions: [0],
      listener: {
        assigned: async () => 0,
        records: async (batch) => this.take(batch),
        revoked: async () => {},
        failed: (error) => this.failed(error),
      },
    });
  }

  /** The highest epoch known; 0 before the first. */
  get latestEpoch(): number {
    return this.history.latestEpoch;
  }

  /**
   * The rule set of an epoch. Waits for its record, because a marker can be read first, by another connection. Rejects BT_LOG_RULE_SET_MISSING when it does
   * not come.
   */
  async ruleSet(epoch: number): Promise<RuleSet> {
    const existing = this.made.get(epoch);
    if (existing) return existing;
    let rules = this.history.rules(epoch);
    const timer = setTimeout(() => this.giveUp(epoch), this.timeoutMs);
    try {
      while (!rules) {
        await this.arrival(epoch).promise;
        rules = this.history.rules(epoch);
      }
    } finally {
      clearTimeout(timer);
    }
    return this.made.get(epoch) ?? this.keep(epoch, this.make(epoch, rules));
  }

  /** Whether another evaluator may have judged by other rules under this epoch. */
  isReplaced(epoch: number): boolean {
    return this.history.isReplaced(epoch);
  }

  /** A partition has waited too long for a rule set: the text for readiness until it comes, or the partition is revoked. */
  get overdue(): LogError | undefined {
    const [epoch] = [...this.waiting].find(([, { since }]) => performance.now() - since > REPORT_AFTER_MS) ?? [];
    return epoch === undefined ? undefined : this.missing(epoch);
  }

  /** The lowest epochs are dropped: a replay must not evict what the others share. */
  private keep(epoch: number, made: RuleSet): RuleSet {
    this.made.set(epoch, made);
    if (this.made.size > MAX_CACHED) this.made.delete(Math.min(...this.made.keys()));
    return made;
  }

  /** Rejects all waiting calls. */
  async close(): Promise<void> {
    for (const waiter of this.waiting.values()) waiter.reject(new Error('the rules log is no longer followed'));
    this.waiting.clear();
    await this.subscription?.close();
  }

  private giveUp(epoch: number): void {
    this.waiting.get(epoch)?.reject(this.missing(epoch));
    this.waiting.delete(epoch);
  }

  private missing(epoch: number): LogError {
    return logProblem('BT_LOG_RULE_SET_MISSING', { epoch, latest: this.history.latestEpoch });
  }

  private take(batch: RecordBatch): void {
    for (const record of batch.records) this.takeRecord(record);
    const waiting = [...this.waiting.values()];
    this.waiting.clear();
    for (const waiter of waiting) waiter.resolve();
  }

  /** A record that is not a rule set (another program wrote it) is reported and skipped. */
  private takeRecord(record: LogRecord): void {
    try {
      const ruleSet = JSON.parse(Buffer.from(record.value).toString('utf8')) as RuleSetRecord;
      if (!Number.isSafeInteger(ruleSet.epoch)) throw new TypeError('epoch is missing');
      this.history.add(ruleSet);
    } catch (error) {
      this.failed(new Error(`record ${record.offset} of ${TOPICS.rules} is not a rule set`, { cause: error }));
    }
  }

  private arrival(epoch: number): Waiting {
    const waiter = this.waiting.get(epoch) ?? { ...Promise.withResolvers<void>(), since: performance.now() };
    this.waiting.set(epoch, waiter);
    return waiter;
  }
}
