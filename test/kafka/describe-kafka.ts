import { describe, it } from '@jest/globals';
import { kafkaProblem, startKafka } from '../harness/services/kafka.js';

/** Describes tests that need Kafka; they are skipped with a reason if there is none. */
export async function describeKafka(name: string, tests: (brokers: readonly string[]) => void): Promise<void> {
  const brokers = await startKafka();
  if (typeof brokers === 'string') skip(name, brokers);
  else describe(`Kafka: ${name}`, () => tests(brokers));
}

/** Describes tests that start their own broker, because they stop it or need special settings. */
export function describeOwnKafka(name: string, tests: () => void): void {
  const problem = kafkaProblem();
  if (problem === undefined) describe(`Kafka: ${name}`, tests);
  else skip(name, problem);
}

function skip(name: string, reason: string): void {
  console.warn(`SKIPPED: Kafka: ${name} (${reason})`);
  describe.skip(`Kafka: ${name}`, () => it('needs a broker', () => undefined));
}
