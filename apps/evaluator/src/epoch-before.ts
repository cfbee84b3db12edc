import { type Log, TOPICS } from '#messaging';
import { controlOf } from './control-record.js';

/**
 * The epoch in force at an offset, from the markers that the log still has before it; 0 when there is none. Only for positions
 * that don't know it (nothing committed yet, or an offset set by hand): it reads the partition.
 */
export async function epochBefore(log: Log, partition: number, offset: number): Promise<number> {
  const { start } = await log.bounds(TOPICS.spans, partition);
  let epoch = 0;
  if (offset <= start) return epoch;
  for await (const { records } of log.read(TOPICS.spans, partition, start, offset)) {
    for (const record of records) {
      const control = controlOf(record);
      if (control?.kind === 'epoch') epoch = Math.max(epoch, control.epoch);
    }
  }
  return epoch;
}
