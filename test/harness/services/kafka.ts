import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KafkaBroker } from '../../../scripts/kafka/broker.js';
import { whyNoBroker } from '../../../scripts/kafka/jars.js';
import { eventually } from '../eventually.js';
import { startKafkaContainer, whyNoContainer } from './kafka-container.js';

/** Timeout (ms) of the first start in a run, which may have to fetch the jars. */
const TIMEOUT_MS = 180_000;

/**
 * Brokers for tests: those of `KAFKA_BROKERS`, else one that all specs of a run share. The first spec that needs it starts it, with Java and Maven, or with
 * testcontainers if Docker is available. It ends with the run. Returns why there is none, so that tests are skipped with a reason; with `CI` set it throws
 * instead.
 */
export async function startKafka(): Promise<readonly string[] | string> {
  const configured = process.env['KAFKA_BROKERS'];
  if (configured) return configured.split(',').map((broker) => broker.trim());
  const noJava = whyNoBroker();
  if (noJava === undefined) {
    return [
      await shared(async (run, folder) => (await KafkaBroker.start({ owner: run, alsoDelete: [folder], timeoutMs: TIMEOUT_MS })).address),
    ];
  }
  const noContainer = await whyNoContainer();
  if (noContainer === undefined) return [await shared(startKafkaContainer)];
  return skippable(`${noJava} ${noContainer}`);
}

/** Why no broker can be started that a test may stop, kill and configure, which needs Java; undefined when it can. */
export function kafkaProblem(): string | undefined {
  const missing = whyNoBroker();
  return missing === undefined ? undefined : skippable(`these need a broker that they can stop, whatever KAFKA_BROKERS says. ${missing}`);
}

function skippable(reason: string): string {
  if (process.env['CI']) throw new Error(`the Kafka tests may not be skipped in CI: ${reason}`);
  return reason;
}

/** The address of the broker that the first test of a run starts. */
async function shared(start: (run: number, folder: string) => Promise<string>): Promise<string> {
  // Jest's workers are children of the run's process; a single spec runs in that process itself.
  const run = process.argv[1]?.endsWith('processChild.js') ? process.ppid : process.pid;
  const folder = join(tmpdir(), `betrace-kafka-run-${run}`);
  const address = join(folder, 'address');
  try {
    mkdirSync(folder);
  } catch {
    return eventually(
      'the start of the shared Kafka',
      async () => (existsSync(address) ? readFileSync(address, 'utf8') : undefined),
      TIMEOUT_MS,
      200,
    );
  }
  const started = await start(run, folder);
  writeFileSync(`${address}.new`, started);
  renameSync(`${address}.new`, address);
  return started;
}
