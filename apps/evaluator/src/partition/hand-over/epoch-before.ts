import { controlOf, type Log, type LogRecord, RuleHistory } from '#messaging';
import { type RuleSetRecord, TOPICS } from '#records';

/**
 * The epoch in force at an offset, found in the log; 0 without rules. Only for positions that lack it: nothing was committed yet, the group or the topic was
 * deleted, retention deleted records, or the offset was set by hand. It reads the partition. In this order it is
 *
 * - the epoch of the newest marker before the offset;
 * - the former epoch that the first marker after the offset names;
 * - the newest rule set published by the time of the oldest record: retention deleted the marker, or the topic was created again.
 */
export async function epochBefore(log: Log, partition: number, offset: number): Promise<number> {
  const { start, end } = await log.bounds(TOPICS.spans, partition);
  let epoch = 0;
  let oldest = Number.POSITIVE_INFINITY;
  for await (const record of recordsOf(log, TOPICS.spans, partition, start, end)) {
    oldest = Math.min(oldest, record.timestamp);
    const control = controlOf(record);
    if (record.offset < offset) {
      if (control?.kind === 'epoch') epoch = Math.max(epoch, control.epoch);
    } else if (epoch > 0) {
      return epoch;
    } else if (control?.kind === 'epoch') {
      const { history } = await published(log);
      const before = control.before ?? (await published(log, oldest)).latest;
      return history.rules(before) === undefined ? control.epoch : before;
    }
  }
  return epoch > 0 ? epoch : (await published(log, oldest)).latest;
}

/** The rule sets in the rules log, and the newest with a record no younger than a timestamp (Unix ms). */
async function published(
  log: Log,
  timestamp = Number.POSITIVE_INFINITY,
): Promise<{ readonly history: RuleHistory; readonly latest: number }> {
  const history = new RuleHistory();
  let latest = 0;
  const { start } = await log.bounds(TOPICS.rules, 0);
  for await (const { value, timestamp: at } of recordsOf(log, TOPICS.rules, 0, start)) {
    try {
      const record = JSON.parse(Buffer.from(value).toString('utf8')) as RuleSetRecord;
      if (!Number.isSafeInteger(record.epoch)) continue;
      history.add(record);
      if (at <= timestamp) latest = Math.max(latest, record.epoch);
    } catch {
      // Another program wrote it; the follower of the rules log reports it.
    }
  }
  return { history, latest };
}

async function* recordsOf(log: Log, topic: string, partition: number, from: number, to?: number): AsyncGenerator<LogRecord, void> {
  for await (const { records } of log.read(topic, partition, from, to)) yield* records;
}
