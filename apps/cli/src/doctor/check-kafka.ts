import { inspectTopics, sharedLogSettings } from '#messaging';
import type { Configuration } from '#platform';
import { type CheckResult, fail, off, ok } from './check-result.js';

const TIMEOUT_MS = 10_000;

/** Checks the brokers, and the topics that BeTrace needs; creates nothing. */
export async function checkKafka(configuration: Configuration): Promise<CheckResult> {
  const { brokers } = configuration.kafka;
  if (brokers.length === 0) return off('the log is embedded: KAFKA_BROKERS is not set');
  try {
    const { missing, mismatches } = await inspectTopics(sharedLogSettings(configuration), TIMEOUT_MS);
    if (mismatches.length > 0) return fail(mismatches.map(({ message }) => message).join(' '));
    const topics =
      missing.length === 0 ? 'all topics are as BeTrace needs them' : `these topics are created at the start: ${missing.join(', ')}`;
    return ok(`${brokers.join(', ')} answer; ${topics}`);
  } catch (error) {
    return fail(error);
  }
}
