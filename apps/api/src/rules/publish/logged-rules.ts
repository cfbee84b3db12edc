import { type Log, type LogRecord, RuleHistory } from '#messaging';
import { type RuleSetRecord, TOPICS } from '#records';

/** The contents of the rules log, and whether rule sets that were in it are gone since the last read. */
export interface Logged {
  readonly history: RuleHistory;
  /** It ends earlier, or its last record differs: it was created again. Or retention deleted its first records. It may lack published records. */
  readonly anew: boolean;
}

type Bounds = Awaited<ReturnType<Log['bounds']>>;

/** What was read of the log so far. */
interface Read {
  readonly history: RuleHistory;
  /** The first offset that the log had. */
  readonly start: number;
  readonly next: number;
  readonly last: LogRecord | undefined;
}

const nothing = (): Read => ({ history: new RuleHistory(), start: 0, next: 0, last: undefined });

/** Reads the rules log incrementally. Each read includes the last known record again, which differs in a log that was created again. */
export class LoggedRules {
  private known = nothing();

  constructor(private readonly log: Log) {}

  /** Rejects when the log cannot be read. The next read then finds the same differences. */
  async read(): Promise<Logged> {
    const { known } = this;
    const bounds = await this.log.bounds(TOPICS.rules, 0);
    const replaced = !(await this.isTheSame(bounds));
    const shortened = bounds.start > known.start;
    this.known = await this.readOn(replaced || shortened ? nothing() : known, bounds);
    const { epochs } = this.known.history;
    const lost = shortened && [...known.history.epochs].some((epoch) => !epochs.has(epoch));
    return { history: this.known.history, anew: replaced || lost };
  }

  private async readOn({ history, next, last: before }: Read, { start, end }: Bounds): Promise<Read> {
    const from = Math.max(start, next);
    let last = before;
    if (from >= end) return { history, start, next, last };
    for await (const { records } of this.log.read(TOPICS.rules, 0, from, end)) {
      for (const record of records) take(history, record);
      last = records.at(-1) ?? last;
    }
    return { history, start, next: end, last };
  }

  private async isTheSame({ start, end }: Bounds): Promise<boolean> {
    const { last, next } = this.known;
    if (last === undefined) return true;
    if (last.offset < start || last.offset >= end) return end >= next && last.offset < start;
    for await (const { records } of this.log.read(TOPICS.rules, 0, last.offset, last.offset + 1)) {
      const [found] = records;
      // Compaction may have removed it in favour of a later record with its key.
      if (found !== undefined) return found.offset !== last.offset || isSame(found, last);
    }
    return true;
  }
}

/** Ignores records of other programs, as evaluators do. */
function take(history: RuleHistory, { value }: LogRecord): void {
  try {
    const ruleSet = JSON.parse(Buffer.from(value).toString('utf8')) as RuleSetRecord;
    if (Number.isSafeInteger(ruleSet.epoch)) history.add(ruleSet);
  } catch {
    // No rule set.
  }
}

function isSame(a: LogRecord, b: LogRecord): boolean {
  return a.timestamp === b.timestamp && Buffer.compare(Buffer.from(a.value), Buffer.from(b.value)) === 0;
}
