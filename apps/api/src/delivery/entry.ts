import type { LogRecord } from '#messaging';
import { CONTROL_HEADER, type ViolationRecord } from '#records';
import type { Revision } from '#store';
import { readViolation } from './read-violation.js';

/** A violation in the log, with its place and the offset after its record. */
export interface Entry {
  readonly partition: number;
  readonly position: number;
  readonly violation: ViolationRecord;
}

/** The violations among the records of a partition; `unreadable` is called for each record that is neither a violation nor a control record. */
export function entriesOf(partition: number, records: readonly LogRecord[], unreadable: () => void): readonly Entry[] {
  return records.flatMap((record): Entry[] => {
    if (record.headers?.[CONTROL_HEADER] !== undefined) return [];
    try {
      return [{ partition, position: record.offset + 1, violation: readViolation(record) }];
    } catch {
      unreadable();
      return [];
    }
  });
}

/** What the store compares to decide whether an entry was delivered. */
export function revisionOf({ violation: { id, revision, status, log } }: Entry): Revision {
  return { id, revision, status, firstOffset: log.first_offset };
}
