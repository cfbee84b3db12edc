import { type Log, type LogRecord, RuleHistory } from '#messaging';
import { type RuleSetRecord, TOPICS } from '#records';

/** What the rules log has, and whether it is another one than at the last look. */
export interface Logged {
  readonly history: RuleHistory;
  /** It ends before where it did, or has another record where the last one was: it was created again, and may lack published records. */
  readonly anew: boolean;
}

/** The rules log as far as it was read: each look reads the records since, and the last record again: a log that was created again has another one. */
export class LoggedRules {
  private history = new RuleHistory();
  private next = 0;
  private last: LogRecord | undefined;

  constructor(private readonly log: Log) {}

  /** Rejects when the log cannot be read. */
  async read(): Promise<Logged> {
    const bounds = await this.log.bounds(TOPICS.rules, 0);
    const anew = !(await this.isTheSame(bounds));
    if (anew) this.forget();
    const { start, end } = bounds;
    const from = Math.max(start, this.next);
    if (from >= end) return { history: this.history, anew };
    for await (const { records } of this.log.read(TOPICS.rules, 0, from, end)) {
      for (const record of records) this.take(record);
    }
    this.next = end;
    return { history: this.history, anew };
  }

  private async isTheSame({ start, end }: { readonly start: number; readonly end: number }): Promise<boolean> {
    const { last } = this;
    if (last === undefined) return true;
    if (last.offset < start || last.offset >= end) return end >= this.next && last.offset < start;
    for await (const { records } of this.log.read(TOPICS.rules, 0, last.offset, last.offset + 1)) {
      const [found] = records;
      // Compaction may have taken it away, because a later record has its key.
      if (found !== undefined) return found.offset !== last.offset || isSame(found, last);
    }
    return true;
  }

  private forget(): void {
    this.history = new RuleHistory();
    this.next = 0;
    this.last = undefined;
  }

  /** Records of others count for nothing, as for the evaluators. */
  private take(record: LogRecord): void {
    this.last = record;
    try {
      const ruleSet = JSON.parse(Buffer.from(record.value).toString('utf8')) as RuleSetRecord;
      if (Number.isSafeInteger(ruleSet.epoch)) this.history.add(ruleSet);
    } catch {
      // No rule set.
    }
  }
}

function isSame(a: LogRecord, b: LogRecord): boolean {
  return a.timestamp === b.timestamp && Buffer.compare(Buffer.from(a.value), Buffer.from(b.value)) === 0;
}
