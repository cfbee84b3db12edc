import type { Log } from '#messaging';
import type { Configuration } from '#platform';
import type { PreviewSettings } from './preview-task.js';

/** The settings with which a thread replays the log as this configuration's evaluators do. */
export function previewSettings(log: Log, { kafka, storage, traces, rules }: Configuration): PreviewSettings {
  const isShared = kafka.brokers.length > 0;
  return {
    log: log.forThreads(),
    volatile: !isShared && storage.type === 'memory',
    foreignProducers: isShared,
    assembly: traces,
    evaluationTimeout: rules.evaluationTimeout,
    load: rules.previewLoad / 100,
  };
}
