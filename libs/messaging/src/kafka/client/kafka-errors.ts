import { LogError, logProblem } from '../../problems.js';

/** An error of kafkajs; each layer may wrap the one below. */
interface KafkaError extends Error {
  readonly type?: string;
  readonly code?: string;
  readonly retriable?: boolean;
  readonly broker?: string;
  readonly topic?: string;
  /** Of an error about several topics. */
  readonly errors?: readonly unknown[];
}

/** Kafka's name for the error (`REBALANCE_IN_PROGRESS`), when a broker sent one. */
export function typeOf(error: unknown): string | undefined {
  for (const layer of layers(error)) if (layer.type !== undefined) return layer.type;
  return undefined;
}

/** The broker refuses this login a topic. */
export function isRefusedTopic(error: unknown): boolean {
  return typeOf(error) === 'TOPIC_AUTHORIZATION_FAILED';
}

/** The topic that the broker did not let this login create, if that was the error. */
export function topicRefusedToCreate(error: unknown): string | undefined {
  return isRefusedTopic(error) ? layers(error).at(-1)?.topic : undefined;
}

/** The broker (`host:port`) that did not answer, or could not be connected, if it was one. */
export function brokerOf(error: unknown): string | undefined {
  for (const { broker } of layers(error)) if (typeof broker === 'string') return broker;
  return undefined;
}

/** The broker, or its authority, refuses this client: retrying changes nothing. */
export function isRefusedLogin(error: unknown): boolean {
  return layers(error).some(({ name, type }) => name === 'KafkaJSSASLAuthenticationError' || type === 'SASL_AUTHENTICATION_FAILED');
}

/** Node's codes for a certificate that it does not accept (tls: X509 certificate error codes, and the name that differs). */
const CERTIFICATE =
  /^(CERT_|CRL_|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_(GET|VERIFY)_|INVALID_(CA|PURPOSE)|HOSTNAME_MISMATCH|ERR_TLS_CERT_ALTNAME_INVALID)/;

/** This process does not trust the broker's certificate: retrying changes nothing. */
export function isRefusedCertificate(error: unknown): boolean {
  return layers(error).some(({ code }) => code !== undefined && CERTIFICATE.test(code));
}

/** The innermost error message, without kafkajs's layers. */
export function reasonOf(error: unknown): string {
  const innermost = layers(error).at(-1);
  return innermost ? (innermost.type ? `${innermost.type}: ${innermost.message}` : innermost.message) : String(error);
}

/** A LogUnavailable for an error of Kafka; a problem of the log stays unchanged. */
export function kafkaFailed(work: string, error: unknown): LogError {
  return error instanceof LogError ? error : logProblem('BT_LOG_KAFKA_FAILED', { work, reason: reasonOf(error) }, error);
}

function layers(error: unknown): KafkaError[] {
  const found: KafkaError[] = [];
  let layer = error;
  while (layer instanceof Error && found.length < 8) {
    const one: KafkaError = layer;
    found.push(one);
    layer = one.cause ?? one.errors?.[0];
  }
  return found;
}
