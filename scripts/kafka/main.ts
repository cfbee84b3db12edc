// `npm run kafka [-- --port 9092]`: a broker for development, until Ctrl-C. Every start has an empty log.
import { parseArgs } from 'node:util';
import { KafkaBroker } from './broker.js';
import { whyNoBroker } from './jars.js';

const { values } = parseArgs({ options: { port: { type: 'string', default: '9092' } } });
const say = (text: string): void => void process.stderr.write(`betrace: ${text}\n`);

const missing = whyNoBroker();
if (missing !== undefined) {
  say(missing);
  process.exit(1);
}
const broker = await KafkaBroker.start({ port: Number(values.port), say }).catch((error: unknown) => {
  say(error instanceof Error ? error.message : String(error));
  process.exit(1);
});
say(`Kafka serves on ${broker.address}; use it by KAFKA_BROKERS=${broker.address}. Ctrl-C stops it.`);

let stopping = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (stopping) return;
    stopping = true;
    void broker
      .stop()
      .then(() => broker.remove())
      .then(() => process.exit(0));
  });
}
await broker.ended();
if (!stopping) {
  say(`Kafka ended by itself:\n${broker.logs()}`);
  process.exit(1);
}
