import { randomUUID } from 'node:crypto';
import type { LogRecord, OutgoingRecord } from '../../log.js';

/** Kafka's compacted topics refuse records without a key; the port's keep every one of them. So each gets a unique key. */
const PREFIX = 'betrace-without-key:';

export function withSyntheticKey(record: OutgoingRecord): OutgoingRecord {
  return record.key === undefined ? { ...record, key: PREFIX + randomUUID() } : record;
}

export function withoutSyntheticKey(record: LogRecord): LogRecord {
  if (!record.key?.startsWith(PREFIX)) return record;
  const { key: _, ...rest } = record;
  return rest;
}
