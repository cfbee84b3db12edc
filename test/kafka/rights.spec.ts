import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Admin } from 'kafkajs';
import { KafkaClient, logLevel } from '../../libs/messaging/src/kafka/client/kafkajs.js';
import { KafkaLog } from '../../libs/messaging/src/kafka/kafka-log.js';
import { inspectTopics, prepareTopics } from '../../libs/messaging/src/kafka/topics/prepare-topics.js';
import type { KafkaLogSettings } from '../../libs/messaging/src/settings.js';
import { KafkaBroker } from '../../scripts/kafka/broker.js';
import { eventually } from '../harness/eventually.js';
import { describeOwnKafka } from './describe-kafka.js';

const TIMEOUT_MS = 60_000;
/** How long a start tries what is refused, before it says so. */
const START_MS = 8_000;
const [MINE, REFUSED] = ['rights.mine', 'rights.refused'];
/** Kafka's numbers: a rule that denies all to the client without a login, for a topic of exactly this name. */
const DENY = {
  resourceType: 2,
  resourceName: REFUSED,
  resourcePatternType: 3,
  principal: 'User:ANONYMOUS',
  host: '*',
  operation: 2,
  permissionType: 2,
};

const [ALL, CREATE] = [2, 5];
const [DENIED, ALLOWED] = [2, 3];
const NOT_CREATED = 'rights.not-created';
/** All but creation. Who may create topics of the cluster may create each of them. */
const NO_CREATION = [
  { resourceType: 2, resourceName: NOT_CREATED },
  { resourceType: 4, resourceName: 'kafka-cluster' },
].flatMap((resource) =>
  [
    { operation: ALL, permissionType: ALLOWED },
    { operation: CREATE, permissionType: DENIED },
  ].map((rule) => ({ ...DENY, ...resource, ...rule })),
);

describeOwnKafka('a topic that the brokers refuse', () => {
  let broker: KafkaBroker;
  let admin: Admin;
  let settings: KafkaLogSettings;
  let log: KafkaLog;

  beforeAll(async () => {
    const authorizer = 'org.apache.kafka.metadata.authorizer.StandardAuthorizer';
    broker = await KafkaBroker.start({
      timeoutMs: 180_000,
      settings: { 'authorizer.class.name': authorizer, 'allow.everyone.if.no.acl.found': 'true' },
    });
    admin = new KafkaClient({ brokers: [broker.address], logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    const topics = [MINE, REFUSED].map((name) => ({ name, partitions: 1 }));
    settings = { kind: 'kafka', brokers: [broker.address], topics, appendTimeout: 3_000 };
    log = await KafkaLog.open(settings);
  }, 200_000);
  afterAll(async () => {
    await log?.close();
    await admin?.disconnect();
    await broker?.remove();
  }, TIMEOUT_MS);

  const append = (topic: string) => log.append(topic, [{ partition: 0, value: Buffer.from('x') }]);
  /** An append ends after 3 s, which a pause of the machine may take. */
  const taken = (topic: string) => eventually(`an append to ${topic}`, () => append(topic), TIMEOUT_MS);
  const reported = () => log.mismatches().map(({ message }) => message);

  it('is named by readiness while the others work, and by a process that starts; and it is written when it is allowed again', async () => {
    for (const topic of [MINE, REFUSED]) await taken(topic);
    await admin.createAcls({ acl: [DENY] });
    const refused = expect.stringMatching(/^BT_LOG_KAFKA_NO_RIGHT: Kafka refuses topic rights\.refused to /);
    await eventually('the report', async () => (reported().length > 0 ? true : undefined), TIMEOUT_MS);
    expect(reported()).toEqual([refused]);
    await expect(append(REFUSED)).rejects.toThrow(
      /BT_LOG_TIMEOUT: .* within 3000 ms: .*no right to topic rights\.refused\. The records may/,
    );
    await taken(MINE);
    await expect(log.check()).rejects.toThrow(`no right to topic ${REFUSED}`);
    // It names the settings of the other topic, too.
    const more = { ...settings, topics: settings.topics.map((topic) => ({ ...topic, partitions: 2 })) };
    const { missing, mismatches } = await inspectTopics(more, TIMEOUT_MS);
    expect(missing).toEqual([]);
    expect(mismatches.map(({ message }) => message)).toEqual([refused, expect.stringContaining(`Topic ${MINE} in Kafka`)]);
    await expect(prepareTopics(settings, () => undefined, START_MS)).rejects.toMatchObject({ code: 'BT_LOG_KAFKA_NO_RIGHT' });
    await admin.deleteAcls({ filters: [DENY] });
    await eventually('the end of the report', async () => (reported().length === 0 ? true : undefined), TIMEOUT_MS);
    await taken(REFUSED);
    await eventually('readiness', () => log.check().then(() => true), TIMEOUT_MS);
  }, 400_000);

  it('is named by a process that may create others, which it does', async () => {
    const others = ['rights.before', 'rights.new'];
    const topics = [others[0]!, NOT_CREATED, others[1]!].map((name) => ({ name, partitions: 1 }));
    await admin.createAcls({ acl: NO_CREATION });
    // Without the right to create topics of the cluster, each needs a rule of its own.
    await admin.createAcls({ acl: others.map((resourceName) => ({ ...DENY, resourceName, operation: ALL, permissionType: ALLOWED })) });
    const start = () => prepareTopics({ ...settings, topics }, () => undefined, START_MS);
    const refused = new RegExp(`^BT_LOG_KAFKA_NO_RIGHT: Kafka refuses topic ${NOT_CREATED} to `);
    await expect(start()).rejects.toThrow(refused);
    const { missing } = await inspectTopics({ ...settings, topics }, TIMEOUT_MS);
    expect(missing).toEqual([NOT_CREATED]);
    await admin.deleteAcls({ filters: NO_CREATION });
    expect(await eventually('a start', () => start().catch(() => undefined), TIMEOUT_MS)).toEqual(
      Object.fromEntries(topics.map(({ name }) => [name, 1])),
    );
  }, 400_000);

  it('is created with no more replicas than brokers: a start says so', async () => {
    const topics = [{ name: 'rights.replicated', partitions: 1 }];
    await expect(prepareTopics({ ...settings, topics, replication: 3 }, () => undefined, START_MS)).rejects.toThrow(
      /^BT_LOG_KAFKA_UNREACHABLE: .*INVALID_REPLICATION_FACTOR: /,
    );
  }, 200_000);
});
