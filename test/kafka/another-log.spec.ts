import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { Admin } from 'kafkajs';
import { type Log, openLog, readAll, topicSpecifications } from '#messaging';
import { encodeRequest, spansFromValue } from '#otlp';
import { TOPICS, type ViolationRecord } from '#records';
import { openStore, type Store } from '#store';
import { RulePublisher } from '../../apps/api/src/rules/publish/rule-publisher.js';
import { replaceable } from '../../apps/api/src/testing/replaceable.js';
import { Evaluator } from '../../apps/evaluator/src/partition/evaluator.js';
import { KafkaClient, logLevel } from '../../libs/messaging/src/kafka/client/kafkajs.js';
import { KafkaBroker } from '../../scripts/kafka/broker.js';
import { traceIn, wireTraceId } from '../fixtures/evaluator/trace-in.js';
import { eventually } from '../harness/eventually.js';
import { describeOwnKafka } from './describe-kafka.js';

const TIMEOUT_MS = 60_000;
const PARTITIONS = [0, 1];
const GROUP = 'betrace-evaluator';

/**
 * The group, the marker or the topic is lost. The expected violations are those of spans that were acknowledged while a rule of the store was in force, counted
 * by the test.
 */
describeOwnKafka('rules in force in a log that is another one', () => {
  let broker: KafkaBroker;
  let admin: Admin;
  let log: Log;
  let store: Store;
  let rules: RulePublisher;
  let evaluator: Evaluator | undefined;
  let warnings: string[];
  let expected: string[];
  let sent = 0;
  let starts = 0;
  const logs: Log[] = [];

  beforeAll(async () => {
    broker = await KafkaBroker.start({ timeoutMs: 180_000 });
  }, 200_000);
  afterAll(async () => {
    await broker?.remove();
  }, TIMEOUT_MS);

  beforeEach(async () => {
    // A client without cached metadata of deleted topics.
    admin = new KafkaClient({ brokers: [broker.address], logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    log = await open();
    store = await openStore({ kind: 'sqlite' });
    rules = new RulePublisher(store, log);
    warnings = [];
    expected = [];
  });
  afterEach(async () => {
    await stop();
    await Promise.all(logs.splice(0).map((one) => one.close()));
    await store.close();
    await deleteGroup();
    await deleteTopics();
    await admin.disconnect();
  }, 2 * TIMEOUT_MS);

  async function open(): Promise<Log> {
    const topics = topicSpecifications({ partitions: PARTITIONS.length });
    const opened = await openLog({ kind: 'kafka', brokers: [broker.address], topics, sessionTimeout: 12_000 });
    logs.push(opened);
    return opened;
  }

  async function deleteTopics(topics: readonly string[] = Object.values(TOPICS)): Promise<void> {
    await admin.deleteTopics({ topics: [...topics] });
    const gone = async () => ((await admin.listTopics()).some((topic) => topics.includes(topic)) ? undefined : true);
    await eventually('the topics to be gone', gone, TIMEOUT_MS);
  }

  async function deleteGroup(): Promise<void> {
    // A member that could not leave in time stays until its session ends.
    const isGone = async () => {
      const { groups } = await admin.listGroups();
      if (groups.some(({ groupId }) => groupId === GROUP)) await admin.deleteGroups([GROUP]);
      return true;
    };
    await eventually('the group to be gone', isGone, TIMEOUT_MS, 200);
  }

  /** Deletes records like retention, down to the last `keep` of each partition. */
  async function deleteRecords(keep: number): Promise<void> {
    const ends = await log.ends(TOPICS.spans);
    const partitions = [...ends].map(([partition, end]) => ({ partition, offset: String(end - keep) }));
    // kafkajs looks up leaders in its cached metadata.
    await admin.fetchTopicOffsets(TOPICS.spans);
    await admin.deleteTopicRecords({ topic: TOPICS.spans, partitions });
  }

  async function start(): Promise<void> {
    evaluator = new Evaluator(
      log,
      {
        log: log.forThreads(),
        volatile: false,
        foreignProducers: true,
        name: `another-log-${++starts}`,
        assembly: { rootGrace: 50, idleTimeout: 200, maxAge: 5_000, lateWindow: 500, maxSpans: 100, memoryBudget: 64 * 1024 * 1024 },
        keys: { key: 'changeme', development: true },
        commitInterval: 0,
        evaluationTimeout: 100,
        version: '0.0.0',
        idleInterval: 20,
      },
      { warn: ({ message }) => warnings.push(message) },
    );
    await evaluator.start();
  }

  async function stop(): Promise<void> {
    await evaluator?.stop();
    evaluator = undefined;
  }

  async function rule(id: string, expression = `span.name == "${id}"`): Promise<void> {
    const common = { description: '', severity: 'HIGH' as const, tags: [], enabled: true, message: null, onError: 'no_match' as const };
    await store.putRule({ ...common, id, name: id, expression }, 1);
    await rules.publish();
  }

  /** Sends traces of one span; `violating`: a rule matching the name is in force. */
  async function send(name: string, traces: number, violating: boolean): Promise<void> {
    for (let n = 0; n < traces; n++) {
      const partition = PARTITIONS[sent % PARTITIONS.length]!;
      const id = traceIn(partition, PARTITIONS.length, `trace ${sent++}`);
      const value = encodeRequest(
        spansFromValue({ spans: [{ trace_id: id, span_id: 's', name, start_time: 0, duration: 1 }] }, { incomplete: true }),
      );
      await eventually('an acknowledgement', () => log.append(TOPICS.spans, [{ partition, value }]), TIMEOUT_MS);
      if (violating) expected.push(wireTraceId(id));
    }
  }

  const violations = async (): Promise<ViolationRecord[]> =>
    (await Promise.all(PARTITIONS.map((partition) => readAll(log, TOPICS.violations, partition))))
      .flat()
      .filter(({ value }) => value.length > 0)
      .map(({ value }) => JSON.parse(Buffer.from(value).toString()) as ViolationRecord);

  /** Checks that exactly the expected violations exist, each with one id and one revision, however often it was judged. */
  async function found(): Promise<void> {
    const wanted = new Set(expected);
    const all = async () => {
      const there = new Set((await violations()).map(({ wire_trace_id }) => wire_trace_id));
      return [...wanted].every((trace) => there.has(trace)) ? true : undefined;
    };
    await eventually('the violations', all, TIMEOUT_MS).catch((error: Error) => {
      throw new Error(`${error.message}; ${evaluator?.failure}; ${warnings.slice(-8).join('; ')}`, { cause: error });
    });
    const records = await violations();
    expect(new Set(records.map(({ wire_trace_id }) => wire_trace_id))).toEqual(wanted);
    expect(new Set(records.map(({ id, revision }) => `${id}@${revision}`)).size).toBe(wanted.size);
    await eventually('readiness', async () => (evaluator?.failure === undefined ? true : undefined), TIMEOUT_MS);
  }

  it('the group is deleted, the marker is in the log: it is judged again by the same rules', async () => {
    await start();
    await send('bad', 6, false);
    await rule('bad');
    await send('bad', 10, true);
    await found();
    await stop();
    await deleteGroup();
    await start();
    await send('bad', 4, true);
    await found();
  }, 400_000);

  it('the group and the marker are deleted: the rules of the store are in force', async () => {
    await start();
    await rule('bad');
    await send('bad', 6, true);
    await found();
    await stop();
    await deleteGroup();
    await deleteRecords(1);
    await send('bad', 6, true);
    await start();
    await send('bad', 6, true);
    await found();
  }, 400_000);

  it('the log begins after a marker that was never read: its rules are in force', async () => {
    await start();
    await rule('bad');
    await send('bad', 4, true);
    await found();
    await stop();
    await rule('worse');
    await send('worse', 6, false);
    await deleteRecords(0);
    await start();
    await send('worse', 6, true);
    await send('bad', 6, true);
    await found();
    expect(warnings.join()).toContain('BT_LOG_RECORDS_EXPIRED');
  }, 400_000);

  it.each([
    ['shorter than the one before', 4],
    ['longer than the one before', 40],
  ])(
    'the topic is created again while it is evaluated, and is %s',
    async (_, traces) => {
      await start();
      await rule('bad');
      await send('bad', 20, true);
      await found();
      await deleteTopics([TOPICS.spans]);
      await open();
      await send('bad', traces, true);
      await found();
      expect(warnings.join()).toContain('BT_LOG_IS_ANOTHER');
      expect(evaluator?.measurements.drain().filter(({ metric }) => metric === 'logsReplaced').length).toBe(1);
      await stop();
      await start();
      await send('bad', 4, true);
      await found();
    },
    400_000,
  );

  it('the topic is created again without an evaluator: the rules of the store are in force, and no span is reported missing in traces that may have begun before', async () => {
    await start();
    await rule('bad');
    await rule('unaudited', 'trace.has(span.name == "charge") and not trace.has(span.name == "audit")');
    await send('bad', 6, true);
    await found();
    await stop();
    await deleteTopics([TOPICS.spans]);
    await open();
    // The first record of each partition.
    await send('charge', PARTITIONS.length, true);
    await send('bad', 30, true);
    await start();
    await send('bad', 4, true);
    await found();
    const absences = (await violations()).filter(({ rule_id }) => rule_id === 'unaudited');
    expect(absences.map(({ undecided }) => undecided?.code)).toEqual(PARTITIONS.map(() => 'records_deleted'));
  }, 400_000);

  it('a new cluster gets spans before the rules of the store: they are judged by these rules when they come', async () => {
    await rule('bad');
    await rules.isAnotherLog();
    await deleteTopics();
    await open();
    await start();
    await send('bad', 10, true);
    await eventually('the position', async () => ([...evaluator!.positions.values()].some((at) => at >= 5) ? true : undefined), TIMEOUT_MS);
    expect(await rules.isAnotherLog()).toBe(true);
    await rules.reconcile();
    await send('bad', 10, true);
    await found();
  }, 400_000);

  it('a new cluster is read by evaluators that start in it: no span is reported missing in traces that may have begun in the old one', async () => {
    await rule('unaudited', 'trace.has(span.name == "charge") and not trace.has(span.name == "audit")');
    await start();
    await send('charge', PARTITIONS.length, true);
    await found();
    expect((await violations()).map(({ undecided }) => undecided)).toEqual(PARTITIONS.map(() => undefined));
    await stop();
    await deleteGroup();
    await deleteTopics();
    expected = [];
    await open();
    await new RulePublisher(store, log).reconcile();
    await send('charge', PARTITIONS.length, true);
    await start();
    await found();
    expect((await violations()).map(({ undecided }) => undecided?.code)).toEqual(PARTITIONS.map(() => 'records_deleted'));
  }, 400_000);

  it('a new cluster gets the rules of one API, and after more spans the markers of another: the rules hold for all of them', async () => {
    await rule('bad');
    await deleteTopics();
    await open();
    await start();
    await send('bad', 10, true);
    await eventually('the position', async () => ([...evaluator!.positions.values()].some((at) => at >= 5) ? true : undefined), TIMEOUT_MS);
    const append: Log['append'] = async (topic, records) => {
      if (topic === TOPICS.spans) throw new Error('no partition has a leader');
      return log.append(topic, records);
    };
    const fails = new RulePublisher(store, Object.assign(replaceable(log).object, { append }));
    await expect(fails.reconcile()).rejects.toThrow('no partition has a leader');
    await send('bad', 10, true);
    await new RulePublisher(store, log).reconcile();
    await send('bad', 10, true);
    await found();
  }, 400_000);
});
