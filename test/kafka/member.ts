// A group member as a process, so that it can be killed and stopped: reads, commits each batch, and prints one JSON object a line. With an instance id it is
// a static member. With `blocks` it never finishes its first record of each partition.
// node member.js <brokers> <topic> <partitions> <group> <session ms> <instance id> <blocks>
import { KafkaLog } from '../../libs/messaging/src/kafka/kafka-log.js';

const [brokers = '', topic = '', partitions = '1', group = '', sessionTimeout = '6000', instanceId = '', blocks = ''] =
  process.argv.slice(2);
const say = (event: object): void => void process.stdout.write(`${JSON.stringify(event)}\n`);

const log = await KafkaLog.open(
  {
    kind: 'kafka',
    brokers: brokers.split(','),
    topics: [{ name: topic, partitions: Number(partitions) }],
    sessionTimeout: Number(sessionTimeout),
  },
  (_level, message) => {
    const [, generation] = /in generation (\d+)/.exec(message) ?? [];
    if (generation !== undefined) say({ event: 'generation', generation: Number(generation) });
  },
);
const subscription = await log.subscribe({
  topic,
  group,
  ...(instanceId === '' ? {} : { instanceId }),
  listener: {
    assigned: async (partition, committed) => {
      say({ event: 'assigned', partition, committed: committed?.offset ?? 0 });
      return undefined;
    },
    records: async ({ partition, records }) => {
      if (blocks !== '') {
        say({ event: 'blocked', partition });
        await new Promise(() => undefined);
      }
      const last = records.at(-1)!;
      await subscription.commit(partition, { offset: last.offset + 1, metadata: '' });
      // Only then: its test may kill it after this line.
      say({ event: 'committed', partition, to: last.offset });
    },
    revoked: async (partition) => say({ event: 'revoked', partition }),
    failed: (error, partition) => say({ event: 'failed', partition, message: error.message }),
  },
});
process.once('SIGTERM', () => void log.close().then(() => process.exit(0)));
