import type { Log } from '#messaging';
import type { ReplayedLog } from '#replay';

/** The log of a preview. */
export type PreviewedLog = ReplayedLog & Pick<Log, 'now'>;

/** A log that rests before each batch that is read, also before the range of a preview: it reads up to hours there, to know pauses and earlier traces. */
export function pacedLog(log: PreviewedLog, rest: () => Promise<void>): PreviewedLog {
  return {
    shared: log.shared,
    now: () => log.now(),
    partitions: (topic) => log.partitions(topic),
    bounds: (topic, partition) => log.bounds(topic, partition),
    offsetAt: (topic, partition, timestamp) => log.offsetAt(topic, partition, timestamp),
    async *read(topic, partition, from, to) {
      for await (const batch of log.read(topic, partition, from, to)) {
        await rest();
        yield batch;
      }
    },
  };
}
