// A group member as a process, so that it can be killed and stopped: reads, commits after each batch, prints one JSON object a line. node member.js <brokers>
// <topic> <partitions> <group> <session ms>
import { KafkaLog } from '../../libs/messaging/src/kafka/kafka-log.js';

const [brokers = '', topic = '', partitions = '1', group = '', sessionTimeout = '6000'] = process.argv.slice(2);
const say = (event: object): void => void process.stdout.write(`${JSON.stringify(event)}\n`);

const log = await KafkaLog.open({
  kind: 'kafka',
  brokers: brokers.split(','),
  topics: [{ name: topic, partitions: Number(partitions) }],
  sessionTimeout: Number(sessionTimeout),
});
const subscription = await log.subscribe({
  topic,
  group,
  listener: {
    assigned: async (partition, committed) => {
      say({ event: 'assigned', partition, committed: committed?.offset ?? 0 });
      return undefined;
    },
    records: async ({ partition, records }) => {
      const last = records.at(-1)!;
      say({ event: 'records', partition, from: records[0]!.offset, to: last.offset });
      await subscription.commit(partition, { offset: last.offset + 1, metadata: '' });
    },
    revoked: async (partition) => say({ event: 'revoked', partition }),
    failed: (error, partition) => say({ event: 'failed', partition, message: error.message }),
  },
});
process.once('SIGTERM', () => void log.close().then(() => process.exit(0)));
