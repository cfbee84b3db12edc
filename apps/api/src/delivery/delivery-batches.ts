/**
 * Cuts into batches of at most `size`, in order, so that no batch holds two entries of one id (revisions of a violation): whether one was
 * delivered is asked per id, and each revision is delivered.
 */
export function deliveryBatches<Entry>(entries: readonly Entry[], size: number, idOf: (entry: Entry) => string): Entry[][] {
  const batches: Entry[][] = [];
  let batch: Entry[] = [];
  let ids = new Set<string>();
  for (const entry of entries) {
    if (batch.length === size || ids.has(idOf(entry))) {
      batches.push(batch);
      batch = [];
      ids = new Set();
    }
    batch.push(entry);
    ids.add(idOf(entry));
  }
  if (batch.length > 0) batches.push(batch);
  return batches;
}
