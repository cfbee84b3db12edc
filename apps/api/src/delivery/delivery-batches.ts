/**
 * Splits entries, in order, into batches of at most `size`, none of which has two entries of one id (revisions of a violation). The store is asked per id
 * whether it was delivered, and every revision is delivered.
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
