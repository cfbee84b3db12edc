import { describe, it } from '@jest/globals';
import { KafkaLog } from '../../libs/messaging/src/kafka/kafka-log.js';
import { describeLog } from '../../libs/messaging/src/log.contract.js';
import { startKafka } from '../harness/kafka.js';

const brokers = await startKafka();

if (typeof brokers === 'string') {
  console.warn(`SKIPPED: the Kafka tests (${brokers})`);
  describe.skip('Kafka', () => {
    it('keeps the contract of a log', () => undefined);
  });
} else {
  describeLog('Kafka', {
    open: (topics) =>
      KafkaLog.open({ kind: 'kafka', brokers, topics, sessionTimeout: 6_000 }, (...line) => process.env['KLOG'] && console.log(...line)),
    patience: 30_000,
  });
}
