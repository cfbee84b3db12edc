import { type Log, type RuleSetRecord, TOPICS } from '#messaging';
import { controlOf } from './control-record.js';

/**
 * The epoch in force at an offset, from the markers that the log still has before it; 0 when there is none. Only for positions
 * that don't know it (nothing committed yet, or an offset set by hand): it reads the partition. Where retention has deleted records,
 * and the markers with them, it is the newest rule set that was published by the time of the oldest record that is left.
 */
export async function epochBefore(log: Log, partition: number, offset: number): Promise<number> {
  const { start, end } = await log.bounds(TOPICS.spans, partition);
  let epoch = 0;
  let oldest = Number.POSITIVE_INFINITY;
  // The record at the offset, too: its timestamp may be all that is known.
  for await (const { records } of log.read(TOPICS.spans, partition, start, Math.min(end, Math.max(offset, start + 1)))) {
    for (const record of records) {
      oldest = Math.min(oldest, record.timestamp);
      const control = record.offset < offset ? controlOf(record) : undefined;
      if (control?.kind === 'epoch') epoch = Math.max(epoch, control.epoch);
    }
  }
  return epoch === 0 && start > 0 ? publishedBy(log, oldest) : epoch;
}

/** The newest rule set whose record is not younger than a timestamp (Unix ms). */
async function publishedBy(log: Log, timestamp: number): Promise<number> {
  let epoch = 0;
  const { start } = await log.bounds(TOPICS.rules, 0);
  for await (const { records } of log.read(TOPICS.rules, 0, start)) {
    for (const record of records) if (record.timestamp <= timestamp) epoch = Math.max(epoch, epochOf(record.value));
  }
  return epoch;
}

function epochOf(value: Uint8Array): number {
  try {
    const { epoch } = JSON.parse(Buffer.from(value).toString('utf8')) as Partial<RuleSetRecord>;
    return typeof epoch === 'number' && Number.isSafeInteger(epoch) ? epoch : 0;
  } catch {
    // Someone else wrote it; whoever follows the rules says so.
    return 0;
  }
}
