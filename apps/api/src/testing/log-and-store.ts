import { type Log, openLog, topicSpecifications } from '#messaging';
import { createLogger } from '#platform';
import { openStore, type Store } from '#store';

/** A log and a store in memory, and a silent logger. */
export async function logAndStore(partitions = 2): Promise<{ readonly log: Log; readonly store: Store }> {
  const log = await openLog({ kind: 'embedded', topics: topicSpecifications({ partitions }), writer: 'direct' });
  return { log, store: await openStore({ kind: 'sqlite' }) };
}

export const silent = createLogger({ level: 'error', format: 'json' }, { write: () => {} });
