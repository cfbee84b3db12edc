import { KafkaLog } from '../../libs/messaging/src/kafka/kafka-log.js';
import { describeLog } from '../../libs/messaging/src/log.contract.js';
import { describeKafka } from './describe-kafka.js';

await describeKafka('the log', (brokers) => {
  describeLog('Kafka', {
    open: (topics) => KafkaLog.open({ kind: 'kafka', brokers, topics, sessionTimeout: 20_000 }),
    durable: true,
    timeoutMs: 60_000,
  });
});
