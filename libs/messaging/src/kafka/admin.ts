import { setTimeout as pause } from 'node:timers/promises';
import type { Admin } from 'kafkajs';
import type { LogReport } from '../log-report.js';
import { LogError, logProblem } from '../problems.js';
import type { KafkaLogSettings } from '../settings.js';
import type { TopicSpecification } from '../topics.js';
import { makeClient } from './client.js';
import { isRefusedCertificate, isRefusedLogin, reasonOf, typeOf } from './kafka-errors.js';
import { checkPartitions, checkSettings, creationSettings } from './topic-settings.js';

/** Brokers that start with the application may take this long, ms. */
const OPEN_MS = 30_000;
const AGAIN_MS = 500;
const TOPIC_RESOURCE = 2;

/** Creates the topics that are missing, verifies those that are there. Answers the number of partitions of each. */
export async function prepareTopics(settings: KafkaLogSettings, report: LogReport, patience = OPEN_MS): Promise<Record<string, number>> {
  const end = performance.now() + patience;
  for (;;) {
    try {
      return await attempt(settings, report);
    } catch (error) {
      if (error instanceof LogError) throw error;
      if (isRefusedCertificate(error)) {
        throw logProblem('BT_LOG_KAFKA_CERTIFICATE', { brokers: settings.brokers.join(', '), reason: reasonOf(error) }, error);
      }
      if (isRefusedLogin(error)) throw loginRefused(settings, error);
      if (performance.now() + AGAIN_MS > end) {
        throw logProblem(
          'BT_LOG_KAFKA_UNREACHABLE',
          { brokers: settings.brokers.join(', '), ms: patience, reason: reasonOf(error) },
          error,
        );
      }
      await pause(AGAIN_MS);
    }
  }
}

async function attempt(settings: KafkaLogSettings, report: LogReport): Promise<Record<string, number>> {
  const { kafka, sockets } = makeClient(settings, report);
  const admin = kafka.admin();
  try {
    await admin.connect();
    const known = new Set(await admin.listTopics());
    const missing = settings.topics.filter(({ name }) => !known.has(name));
    if (missing.length > 0) await create(admin, missing, settings, report);
    return await verify(admin, settings, report);
  } finally {
    for (const socket of sockets) socket.destroy(new Error('the connection is given up'));
    admin.disconnect().catch(() => undefined);
  }
}

async function create(admin: Admin, topics: readonly TopicSpecification[], settings: KafkaLogSettings, report: LogReport): Promise<void> {
  const made = await admin.createTopics({
    waitForLeaders: true,
    topics: topics.map((topic) => ({
      topic: topic.name,
      numPartitions: topic.partitions,
      replicationFactor: settings.replication ?? 1,
      configEntries: creationSettings(topic, settings),
    })),
  });
  // False: another process was faster with one of them. Then they are verified like any that was there.
  if (made) report('info', `created topics ${topics.map(({ name }) => name).join(', ')}`);
}

async function verify(admin: Admin, settings: KafkaLogSettings, report: LogReport): Promise<Record<string, number>> {
  const names = settings.topics.map(({ name }) => name);
  const { topics } = await admin.fetchTopicMetadata({ topics: names });
  const partitions = Object.fromEntries(topics.map((topic) => [topic.name, topic.partitions.length]));
  const configured = await configurations(admin, names, report);
  for (const topic of settings.topics) {
    checkPartitions(topic, partitions[topic.name] ?? 0);
    checkSettings(topic, configured.get(topic.name) ?? new Map(), settings);
  }
  return partitions;
}

/** Topic → setting → value; empty when this client may not ask, which is no reason not to work. */
async function configurations(
  admin: Admin,
  names: readonly string[],
  report: LogReport,
): Promise<ReadonlyMap<string, ReadonlyMap<string, string>>> {
  try {
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: names.map((name) => ({ type: TOPIC_RESOURCE, name })),
    });
    return new Map(
      resources.map(({ resourceName, configEntries }) => [
        resourceName,
        new Map(configEntries.map(({ configName, configValue }) => [configName, configValue])),
      ]),
    );
  } catch (error) {
    if (!typeOf(error)?.endsWith('AUTHORIZATION_FAILED')) throw error;
    report('warn', `the settings of the topics could not be verified: ${reasonOf(error)}`);
    return new Map();
  }
}

function loginRefused({ brokers, sasl }: KafkaLogSettings, error: unknown): LogError {
  const values = {
    brokers: brokers.join(', '),
    user: sasl?.username ?? 'nobody',
    mechanism: sasl?.mechanism ?? 'no mechanism',
    reason: reasonOf(error),
  };
  return logProblem('BT_LOG_KAFKA_LOGIN_REFUSED', values, error);
}
