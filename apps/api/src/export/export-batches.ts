import type { ViolationRecord } from '#records';

/** A violation of the log, where it lies, and the offset after its record. */
export interface Entry {
  readonly partition: number;
  readonly position: number;
  readonly violation: ViolationRecord;
}

/**
 * Cuts into batches of at most `size`, in order, so that no batch holds two revisions of one violation: whether a violation was
 * exported is asked per id, and each revision is exported.
 */
export function exportBatches(entries: readonly Entry[], size: number): Entry[][] {
  const batches: Entry[][] = [];
  let batch: Entry[] = [];
  let ids = new Set<string>();
  for (const entry of entries) {
    if (batch.length === size || ids.has(entry.violation.id)) {
      batches.push(batch);
      batch = [];
      ids = new Set();
    }
    batch.push(entry);
    ids.add(entry.violation.id);
  }
  if (batch.length > 0) batches.push(batch);
  return batches;
}
