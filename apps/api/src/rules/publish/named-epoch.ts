import { controlOf, type Log, readPositionMetadata } from '#messaging';
import { EVALUATORS, TOPICS } from '#records';

/** Records of the first read, from the end backwards; each further read doubles them. Markers are written every ten minutes. */
const FIRST_READ = 1_000;

/** More rule sets than an API makes between backups: a marker further above is forged, and continuing above it would exhaust the numbers. */
export const MAX_LOST = 1_000_000;

/**
 * The highest epoch that the spans log names, in the evaluators' positions or in later markers; 0 if none. It reads the records that are not judged yet, backwards
 * to the last marker of each partition.
 * @param storedEpoch the latest epoch of the store: epochs far above it are ignored
 */
export async function namedEpoch(log: Log, storedEpoch: number): Promise<number> {
  const max = storedEpoch + MAX_LOST;
  let named = 0;
  for (let partition = 0; partition < log.partitions(TOPICS.spans); partition++)
    named = Math.max(named, await namedIn(log, partition, max));
  return named;
}

async function namedIn(log: Log, partition: number, max: number): Promise<number> {
  const { start, end } = await log.bounds(TOPICS.spans, partition);
  const position = await log.committed(TOPICS.spans, EVALUATORS, partition);
  const judged = position && readPositionMetadata(position.metadata);
  // A position beyond the end belongs to a former log; its epoch is still valid.
  const oldest = judged && position.offset <= end ? Math.max(start, position.offset) : start;
  const judgedEpoch = judged !== undefined && judged.epoch <= max ? judged.epoch : 0;
  let to = end;
  for (let size = FIRST_READ; to > oldest; size *= 2) {
    const from = Math.max(oldest, to - size);
    const marked = await highestMarker(log, partition, from, to, max);
    // The epochs of markers never decrease.
    if (marked > 0) return Math.max(judgedEpoch, marked);
    to = from;
  }
  return judgedEpoch;
}

async function highestMarker(log: Log, partition: number, from: number, to: number, max: number): Promise<number> {
  let highest = 0;
  for await (const { records } of log.read(TOPICS.spans, partition, from, to)) {
    for (const record of records) {
      const control = controlOf(record);
      if (control?.kind === 'epoch' && control.epoch <= max) highest = Math.max(highest, control.epoch);
    }
  }
  return highest;
}
