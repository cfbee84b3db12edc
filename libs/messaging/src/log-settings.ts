import { readFileSync } from 'node:fs';
import type { Configuration } from '#platform';
import { logProblem } from './problems.js';
import { type TopicSpecification, topicSpecifications } from './records/topic-specification.js';
import type { KafkaLogSettings, LogSettings } from './settings.js';

/**
 * The log that a configuration asks for: Kafka when it names brokers, else embedded, in memory or below `storage.path`. Throws
 * BT_LOG_KAFKA_CA when the file of `kafka.tls_ca` cannot be read.
 */
export function logSettings({ log, storage, kafka }: Pick<Configuration, 'log' | 'storage' | 'kafka'>): LogSettings {
  const topics = topicSpecifications({ partitions: log.partitions, retention: log.retention });
  if (kafka.brokers.length > 0) return kafkaSettings(kafka, topics);
  const embedded = { kind: 'embedded', topics, receiversOpenLater: true } as const;
  return storage.type === 'disk' && storage.path !== undefined ? { ...embedded, path: storage.path } : embedded;
}

/** As `logSettings`, for a process that needs a shared log. Throws BT_LOG_NOT_SHARED when the log is not Kafka. */
export function sharedLogSettings(configuration: Parameters<typeof logSettings>[0]): KafkaLogSettings {
  const settings = logSettings(configuration);
  if (settings.kind !== 'kafka') throw logProblem('BT_LOG_NOT_SHARED');
  return settings;
}

function kafkaSettings(kafka: Configuration['kafka'], topics: readonly TopicSpecification[]): KafkaLogSettings {
  const { brokers, clientId, replication, sessionTimeout, saslMechanism, saslUsername = '', saslPassword = '' } = kafka;
  const sasl = saslMechanism && { mechanism: saslMechanism, username: saslUsername, password: saslPassword };
  return { kind: 'kafka', topics, brokers, clientId, replication, sessionTimeout, ...tlsSettings(kafka), ...(sasl ? { sasl } : {}) };
}

/** A certificate authority alone enables TLS, too. */
function tlsSettings({ tls, tlsCa }: Configuration['kafka']): Pick<KafkaLogSettings, 'tls'> {
  if (tlsCa === undefined) return tls ? { tls: {} } : {};
  try {
    return { tls: { ca: readFileSync(tlsCa, 'utf8') } };
  } catch (error) {
    throw logProblem('BT_LOG_KAFKA_CA', { path: tlsCa, reason: (error as Error).message }, error);
  }
}
