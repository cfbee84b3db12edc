import { TOPICS } from '#records';
import { type LogError, logProblem } from '../../problems.js';
import type { TopicSpecification } from '../../records/topic-specification.js';
import type { KafkaLogSettings } from '../../settings.js';
import { BATCH_OVERHEAD } from '../wire/encode-record-batch.js';

/** Default maximum bytes of a record; a request of spans is split into records of at most this size. */
const RECORD_BYTES = 8 * 1024 * 1024;

/** A required setting of a topic, with the reason. */
interface Need {
  readonly setting: string;
  readonly wanted: string;
  readonly why: string;
  readonly fits: (found: string) => boolean;
}

const exactly = (expected: string) => (found: string) => found === expected;
/** Kafka's -1 means unlimited. */
const atLeast = (expected: number) => (found: string) => Number(found) < 0 || (expected >= 0 && Number(found) >= expected);

export function maxMessageBytes({ maxRecordBytes = RECORD_BYTES }: KafkaLogSettings): number {
  return maxRecordBytes + BATCH_OVERHEAD;
}

/** The required settings of a topic. */
export function needsOf(topic: TopicSpecification, settings: KafkaLogSettings): readonly Need[] {
  const bytes = maxMessageBytes(settings);
  const needs: Need[] = [
    {
      setting: 'message.timestamp.type',
      wanted: 'LogAppendTime',
      why: ', because its clock is the time at which the log got a record',
      fits: exactly('LogAppendTime'),
    },
    { setting: 'cleanup.policy', wanted: policyOf(topic), why: '', fits: exactly(policyOf(topic)) },
    { setting: 'max.message.bytes', wanted: String(bytes), why: ' or more, for the largest record', fits: atLeast(bytes) },
  ];
  if (!topic.compacted) {
    const retention = topic.retention ?? -1;
    const why = retention < 0 ? ', to keep all records' : ' (ms) or more, as BETRACE_LOG_RETENTION (log.retention) says';
    needs.push({ setting: 'retention.ms', wanted: String(retention), why, fits: atLeast(retention) });
  }
  return needs;
}

/** BT_LOG_TOPIC_MISMATCH with every wrong setting and the command that changes them; nothing when all are right. */
export function settingsMismatch(topic: TopicSpecification, found: ReadonlyMap<string, string>, settings: KafkaLogSettings): LogError[] {
  const unfit = needsOf(topic, settings).filter(({ setting, fits }) => found.has(setting) && !fits(found.get(setting)!));
  if (unfit.length === 0) return [];
  const place = `--bootstrap-server ${settings.brokers[0]} --entity-type topics --entity-name ${topic.name}`;
  const values = {
    topic: topic.name,
    difference: unfit.map(({ setting, wanted, why }) => `${setting} is ${found.get(setting)}, must be ${wanted}${why}`).join('; '),
    remedy: `Change it: kafka-configs.sh ${place} --alter --add-config ${unfit.map(({ setting, wanted }) => `${setting}=${wanted}`).join(',')}`,
  };
  return [logProblem('BT_LOG_TOPIC_MISMATCH', values)];
}

/** BT_LOG_TOPIC_MISMATCH when a topic has another number of partitions. */
export function partitionsMismatch(topic: TopicSpecification, found: number, { brokers }: KafkaLogSettings): LogError[] {
  if (found === topic.partitions) return [];
  const alter = `kafka-topics.sh --bootstrap-server ${brokers[0]} --alter --topic ${topic.name} --partitions ${topic.partitions}`;
  // The other topics follow the spans topic.
  const follows =
    topic.name !== TOPICS.spans && found < topic.partitions
      ? ` If partitions were added to ${TOPICS.spans}, add them here, too: ${alter}`
      : '';
  const values = {
    topic: topic.name,
    difference: `it has ${found} partitions, must have ${topic.partitions}`,
    remedy:
      topic.partitions > 1
        ? `Another number would split open traces: set BETRACE_LOG_PARTITIONS=${found} (log.partitions), for topics that exist.${follows}`
        : 'Its records have one order: delete it, and it is created as it must be.',
  };
  return [logProblem('BT_LOG_TOPIC_MISMATCH', values)];
}

/** The settings with which a topic is created. */
export function creationSettings(topic: TopicSpecification, settings: KafkaLogSettings): { name: string; value: string }[] {
  const replicas = settings.replication ?? 1;
  return [
    ...needsOf(topic, settings).map(({ setting, wanted }) => ({ name: setting, value: wanted })),
    // With three replicas a record is acknowledged when two have it: one broker may be lost, and another may be down.
    ...(replicas >= 3 ? [{ name: 'min.insync.replicas', value: '2' }] : []),
  ];
}

function policyOf(topic: TopicSpecification): string {
  return topic.compacted ? 'compact' : 'delete';
}
