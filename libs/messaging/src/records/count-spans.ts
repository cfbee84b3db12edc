import { RequestIndex, scan } from '#otlp';
import { TOPICS } from '#records';
import type { Log } from '../log.js';
import { controlOf } from './control-record.js';

const index = new RequestIndex();

/** Maximum of cached counts of ranges. */
const MAX_CACHED = 256;

/** Records between two checks of the clock, after which other work runs. */
const RECORDS_PER_CHECK = 200;

/** Counts of the spans log for `GET /v1/accounting`. The content of a range does not change, so counts are cached. */
export function countedLog(log: Log) {
  const counts = new Map<string, number>();
  return {
    exclusive: !log.shared,
    ends: () => log.ends(TOPICS.spans),
    count: async (partition: number, from: number, to: number, deadline: number): Promise<number | undefined> => {
      const range = `${partition} ${from} ${to}`;
      const spans = counts.get(range) ?? (await countSpans(log, partition, from, to, deadline));
      if (spans === undefined) return undefined;
      counts.delete(range);
      counts.set(range, spans);
      const [oldest] = counts.keys();
      if (counts.size > MAX_CACHED && oldest !== undefined) counts.delete(oldest);
      return spans;
    },
  };
}

/**
 * Counts the spans in the records of the spans log from one offset up to another, as an evaluator does. A record that is not a request counts as one. Undefined
 * when some of the records are deleted, or when `deadline` (ms, monotonic) has passed.
 */
export async function countSpans(
  log: Pick<Log, 'read'>,
  partition: number,
  from: number,
  to: number,
  deadline: number,
): Promise<number | undefined> {
  let spans = 0;
  let next = from;
  for await (const { records } of log.read(TOPICS.spans, partition, from, to)) {
    for (const record of records) {
      if (record.offset !== next) return undefined;
      next = record.offset + 1;
      if (controlOf(record) === undefined) spans += spansIn(record.value);
      if (next % RECORDS_PER_CHECK !== 0) continue;
      if (performance.now() > deadline) return undefined;
      await new Promise(setImmediate);
    }
  }
  return next === to ? spans : undefined;
}

function spansIn(value: Uint8Array): number {
  try {
    scan(value, index);
    return index.spans;
  } catch {
    return 1;
  }
}
