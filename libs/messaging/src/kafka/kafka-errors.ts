import { LogError, logProblem } from '../problems.js';

/** An error of kafkajs, of which each layer may wrap the one below. */
interface KafkaError extends Error {
  readonly type?: string;
  readonly retriable?: boolean;
}

/** Kafka's name for what went wrong (`REBALANCE_IN_PROGRESS`), when a broker said so. */
export function typeOf(error: unknown): string | undefined {
  for (const layer of layers(error)) if (layer.type !== undefined) return layer.type;
  return undefined;
}

/** The broker, or the authority behind it, doesn't want this client: trying again changes nothing. */
export function isRefusedLogin(error: unknown): boolean {
  return layers(error).some(({ name, type }) => name === 'KafkaJSSASLAuthenticationError' || type === 'SASL_AUTHENTICATION_FAILED');
}

/** What happened, without kafkajs's layers. */
export function reasonOf(error: unknown): string {
  const innermost = layers(error).at(-1);
  return innermost ? (innermost.type ? `${innermost.type}: ${innermost.message}` : innermost.message) : String(error);
}

/** A LogUnavailable for what Kafka could not do now; a problem of the log stays what it is. */
export function kafkaFailed(work: string, error: unknown): LogError {
  return error instanceof LogError ? error : logProblem('BT_LOG_KAFKA_FAILED', { work, reason: reasonOf(error) }, error);
}

function layers(error: unknown): KafkaError[] {
  const found: KafkaError[] = [];
  for (let layer = error; layer instanceof Error && found.length < 8; layer = layer.cause) found.push(layer as KafkaError);
  return found;
}
