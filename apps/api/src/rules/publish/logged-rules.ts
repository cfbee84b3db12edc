import { type Log, type LogRecord, RuleHistory } from '#messaging';
import { type RuleSetRecord, TOPICS } from '#records';

/** The contents of the rules log, and whether it was replaced since the last read. */
export interface Logged {
  readonly history: RuleHistory;
  /** It ends earlier, or its last record differs: it was created again, and may lack published records. */
  readonly anew: boolean;
}

/** Reads the rules log incrementally. Each read includes the last known record again, which differs in a log that was created again. */
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
      // Compaction may have removed it in favour of a later record with its key.
      if (found !== undefined) return found.offset !== last.offset || isSame(found, last);
    }
    return true;
  }

  private forget(): void {
    this.history = new RuleHistory();
    this.next = 0;
    this.last = undefined;
  }

  /** Ignores records of other programs, as evaluators do. */
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
