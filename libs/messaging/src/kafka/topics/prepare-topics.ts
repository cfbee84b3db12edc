import { setTimeout as pause } from 'node:timers/promises';
import type { Admin } from 'kafkajs';
import type { LogReport } from '../../log-report.js';
import { LogError, logProblem } from '../../problems.js';
import type { TopicSpecification } from '../../records/topic-specification.js';
import type { KafkaLogSettings } from '../../settings.js';
import { Connection, UNKNOWN_TOPIC } from '../client/connection.js';
import { isRefusedCertificate, isRefusedLogin, isRefusedTopic, reasonOf, topicRefusedToCreate, typeOf } from '../client/kafka-errors.js';
import { creationSettings, partitionsMismatch, settingsMismatch } from './topic-settings.js';

/** Maximum start time of brokers that start with the application, ms. */
const OPEN_MS = 30_000;
const AGAIN_MS = 500;
/** Maximum wait (ms) for the leaders of new topics; nothing depends on them. */
const LEADERS_MS = 5_000;
const TOPIC_RESOURCE = 2;

/** Creates missing topics and verifies existing ones. Returns the number of partitions of each. */
export async function prepareTopics(settings: KafkaLogSettings, report: LogReport, timeoutMs = OPEN_MS): Promise<Record<string, number>> {
  const end = performance.now() + timeoutMs;
  const connection = new Connection(settings, report);
  try {
    return await attemptUntil(end, settings, timeoutMs, () => attempt(connection, settings, report));
  } finally {
    connection.close();
  }
}

/** What a start would find, without changes: the topics it would create, and those with wrong settings. */
export async function inspectTopics(settings: KafkaLogSettings, timeoutMs = OPEN_MS): Promise<TopicInspection> {
  const end = performance.now() + timeoutMs;
  const connection = new Connection(settings, () => undefined);
  try {
    return await attemptUntil(end, settings, timeoutMs, async () => {
      const refused = new Set<unknown>();
      const found = await partitionsOf(connection, settings, ({ values }) => void refused.add(values['topic']));
      const missing = settings.topics.map(({ name }) => name).filter((name) => !found.has(name) && !refused.has(name));
      return { missing, mismatches: await topicMismatches(connection, settings) };
    });
  } finally {
    connection.close();
  }
}

export interface TopicInspection {
  readonly missing: readonly string[];
  readonly mismatches: readonly LogError[];
}

async function attemptUntil<T>(end: number, settings: KafkaLogSettings, timeoutMs: number, work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const refusesTopic = error instanceof LogError && error.code === 'BT_LOG_KAFKA_NO_RIGHT';
      if (error instanceof LogError && !refusesTopic) throw error;
      if (isRefusedCertificate(error)) {
        throw logProblem('BT_LOG_KAFKA_CERTIFICATE', { brokers: settings.brokers.join(', '), reason: reasonOf(error) }, error);
      }
      if (isRefusedLogin(error)) throw loginRefused(settings, error);
      if (performance.now() + AGAIN_MS > end) {
        if (refusesTopic) throw error;
        throw logProblem(
          'BT_LOG_KAFKA_UNREACHABLE',
          { brokers: settings.brokers.join(', '), ms: timeoutMs, reason: reasonOf(error) },
          error,
        );
      }
      await pause(AGAIN_MS);
    }
  }
}

async function attempt(connection: Connection, settings: KafkaLogSettings, report: LogReport): Promise<Record<string, number>> {
  const found = await partitionsOf(connection, settings);
  const missing = settings.topics.filter(({ name }) => !found.has(name));
  if (missing.length === 0) return connection.withAdmin((admin) => verify(admin, found, settings, report));
  await connection.withAdmin((admin) => create(admin, missing, settings, report));
  const all = await created(connection, settings);
  return connection.withAdmin((admin) => verify(admin, all, settings, report));
}

/** New topics have no leaders yet, and some brokers do not know them. */
async function created(connection: Connection, settings: KafkaLogSettings): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>();
  for (const { name } of settings.topics) {
    for (const end = performance.now() + LEADERS_MS; ; await pause(AGAIN_MS / 5)) {
      try {
        const leaders = [...(await connection.leaders(name, true)).values()];
        found.set(name, leaders.length);
        if (leaders.every((leader) => leader >= 0) || performance.now() > end) break;
      } catch (error) {
        if (typeOf(error) !== UNKNOWN_TOPIC || performance.now() > end) throw error;
      }
    }
  }
  return found;
}

/** Numbers of partitions of the existing topics, with or without leaders. `refused` is called for a topic to which the login has no right. */
async function partitionsOf(
  connection: Connection,
  { topics }: KafkaLogSettings,
  refused: (error: LogError) => void = (error) => {
    throw error;
  },
): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>();
  for (const { name } of topics) {
    try {
      found.set(name, (await connection.leaders(name, true)).size);
    } catch (error) {
      if (isRefusedTopic(error)) refused(logProblem('BT_LOG_KAFKA_NO_RIGHT', { topic: name }, error));
      else if (typeOf(error) !== UNKNOWN_TOPIC) throw error;
    }
  }
  return found;
}

async function create(admin: Admin, topics: readonly TopicSpecification[], settings: KafkaLogSettings, report: LogReport): Promise<void> {
  const creating = admin.createTopics({
    waitForLeaders: false,
    topics: topics.map((topic) => ({
      topic: topic.name,
      numPartitions: topic.partitions,
      replicationFactor: settings.replication ?? 1,
      configEntries: creationSettings(topic, settings),
    })),
  });
  const made = await creating.catch((error: unknown) => {
    const topic = topicRefusedToCreate(error);
    throw topic === undefined ? error : logProblem('BT_LOG_KAFKA_NO_RIGHT', { topic }, error);
  });
  // False: another process was faster with one of them. Then they are verified like existing ones.
  if (made) report('info', `created topics ${topics.map(({ name }) => name).join(', ')}`);
}

async function verify(
  admin: Admin,
  found: ReadonlyMap<string, number>,
  settings: KafkaLogSettings,
  report: LogReport,
): Promise<Record<string, number>> {
  const [mismatch] = await mismatchesOf(admin, found, settings, report);
  if (mismatch !== undefined) throw mismatch;
  return Object.fromEntries(found);
}

/** BT_LOG_TOPIC_MISMATCH for each topic with wrong settings, BT_LOG_KAFKA_NO_RIGHT for each that is refused. Missing topics are not checked here. */
export async function topicMismatches(connection: Connection, settings: KafkaLogSettings): Promise<readonly LogError[]> {
  const refused: LogError[] = [];
  const found = await partitionsOf(connection, settings, (error) => void refused.push(error));
  return [...refused, ...(await connection.withAdmin((admin) => mismatchesOf(admin, found, settings, () => undefined)))];
}

async function mismatchesOf(
  admin: Admin,
  found: ReadonlyMap<string, number>,
  settings: KafkaLogSettings,
  report: LogReport,
): Promise<readonly LogError[]> {
  const topics = settings.topics.filter(({ name }) => found.has(name));
  if (topics.length === 0) return [];
  const configured = await configurations(
    admin,
    topics.map(({ name }) => name),
    report,
  );
  return topics.flatMap((topic) => [
    ...partitionsMismatch(topic, found.get(topic.name) ?? 0, settings),
    ...settingsMismatch(topic, configured.get(topic.name) ?? new Map(), settings),
  ]);
}

/** Topic → setting → value; empty when this client is not allowed to query them, which is not a failure. */
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
