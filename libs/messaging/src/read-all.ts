import type { Log, LogRecord } from './log.js';

/** All records of a partition from `from` up to `to`, in memory: for small ranges. */
export async function readAll(log: Log, topic: string, partition: number, from = 0, to?: number): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  for await (const batch of log.read(topic, partition, from, to)) records.push(...batch.records);
  return records;
}
