import type { Entry } from './entry.js';

/**
 * Cuts into batches of at most `size`, in order, so that no batch holds two revisions of one violation: whether a violation was
 * delivered is asked per id, and each revision is delivered.
 */
export function deliveryBatches(entries: readonly Entry[], size: number): Entry[][] {
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
