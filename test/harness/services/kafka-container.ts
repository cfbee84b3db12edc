import { spawnSync } from 'node:child_process';
import { KAFKA_VERSION } from '../../../scripts/kafka/jars.js';
import { freePorts } from '../free-port.js';

/** The used part of the package. It is not a dependency, because it only helps where Docker exists and Java does not. */
interface Testcontainers {
  GenericContainer: new (
    image: string,
  ) => {
    withExposedPorts(port: { container: number; host: number }): InstanceType<Testcontainers['GenericContainer']>;
    withEnvironment(environment: Readonly<Record<string, string>>): InstanceType<Testcontainers['GenericContainer']>;
    withWaitStrategy(strategy: unknown): InstanceType<Testcontainers['GenericContainer']>;
    start(): Promise<{ getHost(): string }>;
  };
  Wait: { forLogMessage(message: RegExp): unknown };
}

const PACKAGE = 'testcontainers';
const CLIENTS = 9092;
const CONTROLLER = 9093;

/** Why Docker cannot provide a broker; undefined when it can. */
export async function whyNoContainer(): Promise<string | undefined> {
  const { status } = spawnSync('docker', ['info', '--format', '{{.ServerVersion}}'], { stdio: 'ignore', timeout: 10_000 });
  if (status !== 0) return 'There is no Docker daemon either.';
  return import(PACKAGE).then(
    () => undefined,
    () => `Docker is there, but not the package ${PACKAGE}: npm install --no-save ${PACKAGE}`,
  );
}

/** `host:port` of a broker in a container, which testcontainers removes when this process ends. */
export async function startKafkaContainer(): Promise<string> {
  const { GenericContainer, Wait } = (await import(PACKAGE)) as Testcontainers;
  // Clients reconnect to the address that the broker advertises, so it must know its external port.
  const [port = 0] = await freePorts(1);
  const container = await new GenericContainer(`apache/kafka:${KAFKA_VERSION}`)
    .withExposedPorts({ container: CLIENTS, host: port })
    .withEnvironment({
      KAFKA_NODE_ID: '1',
      KAFKA_PROCESS_ROLES: 'broker,controller',
      KAFKA_LISTENERS: `PLAINTEXT://:${CLIENTS},CONTROLLER://:${CONTROLLER}`,
      KAFKA_ADVERTISED_LISTENERS: `PLAINTEXT://localhost:${port}`,
      KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
      KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
      KAFKA_CONTROLLER_QUORUM_VOTERS: `1@localhost:${CONTROLLER}`,
      KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: '1',
      KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: '1',
      KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: '1',
      KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: '0',
      KAFKA_GROUP_MIN_SESSION_TIMEOUT_MS: '1000',
      KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false',
    })
    .withWaitStrategy(Wait.forLogMessage(/Kafka Server started/))
    .start();
  return `${container.getHost()}:${port}`;
}
