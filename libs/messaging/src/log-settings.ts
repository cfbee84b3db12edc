import type { Configuration } from '#platform';
import type { LogSettings } from './settings.js';
import { topicSpecifications } from './topics.js';

/** The log that a configuration asks for: Kafka when it names brokers, else embedded, in memory or below `storage.path`. */
export function logSettings({ log, storage }: Pick<Configuration, 'log' | 'storage'>): LogSettings {
  const topics = topicSpecifications({ partitions: log.partitions, retention: log.retention });
  return storage.type === 'disk' && storage.path !== undefined
    ? { kind: 'embedded', topics, path: storage.path }
    : { kind: 'embedded', topics };
}
