// The only place that reaches into kafkajs 2.2.4 (its last release, pinned): what its public API lacks or does wrong.
import { createRequire } from 'node:module';
import type { Socket } from 'node:net';
import type { Admin, Broker, Cluster, Kafka, KafkaJSProtocolError } from 'kafkajs';
import { METADATA, METADATA_WITH_IDS, metadataRequest, type TopicMetadata } from '../wire/metadata.js';
import type { WireRequest } from '../wire/request.js';
import { stringSize, WireWriter } from '../wire/wire-writer.js';

const load = createRequire(import.meta.url);

const kafkajs = load('kafkajs') as typeof import('kafkajs');
export const KafkaClient = kafkajs.Kafka;
export const { logLevel } = kafkajs;

/** TOPIC_AUTHORIZATION_FAILED. */
const TOPIC_REFUSED = 29;

const protocol = load('kafkajs/src/protocol/error.js') as { createErrorFromCode(code: number): KafkaJSProtocolError };

/** The error for a code in a broker's answer: its `type` is Kafka's name for it. `topic` is named where the login lacks a right to it. */
export function brokerError(code: number, topic?: string): KafkaJSProtocolError {
  const error = protocol.createErrorFromCode(code);
  const refused = code === TOPIC_REFUSED && topic !== undefined;
  return refused ? Object.assign(error, { message: `the login of this process has no right to topic ${topic}` }) : error;
}

/** A broker as kafkajs has it at run time, with more than its types declare. */
export interface WireBroker extends Pick<Broker, 'isConnected' | 'offsetCommit'> {
  readonly nodeId: string | number;
  /** By API the versions that the broker supports; null until it is connected. */
  readonly versions: Readonly<Record<number, { readonly maxVersion: number }>> | null;
  /** `groupId` null fetches nothing; offsets and metadata of the partitions, -1 and '' when nothing is committed. */
  offsetFetch(request: { groupId: string; topics: readonly { topic: string; partitions: readonly { partition: number }[] }[] }): Promise<{
    responses: readonly {
      topic: string;
      partitions: readonly { partition: number; offset: string; metadata: string | null; errorCode: number }[];
    }[];
  }>;
  joinGroup(request: {
    groupId: string;
    sessionTimeout: number;
    rebalanceTimeout: number;
    memberId: string;
    groupProtocols: readonly { name: string; metadata: Buffer }[];
  }): Promise<{
    generationId: number;
    leaderId: string;
    memberId: string;
    members: readonly { memberId: string; memberMetadata: Buffer }[];
  }>;
  syncGroup(request: {
    groupId: string;
    generationId: number;
    memberId: string;
    groupAssignment: readonly { memberId: string; memberAssignment: Buffer }[];
  }): Promise<{ memberAssignment: Buffer }>;
  heartbeat(request: { groupId: string; groupGenerationId: number; memberId: string }): Promise<unknown>;
  leaveGroup(request: { groupId: string; memberId: string }): Promise<unknown>;
  /** Rejects unless the broker coordinates all of them. */
  describeGroups(request: { groupIds: readonly string[] }): Promise<unknown>;
  initProducerId(request: { transactionTimeout: number }): Promise<{ producerId: bigint | string | number; producerEpoch: number }>;
  readonly connectionPool: { readonly pool: readonly [WireConnection, WireConnection]; readonly clientId: string };
}

/** A producer's identity: an id that the brokers of a cluster gave. Another cluster may give the same id to another producer. */
export interface ProducerIdentity {
  readonly id: number;
  readonly epoch: number;
  /** The id of the cluster; undefined for brokers that do not report it. */
  readonly cluster?: string | undefined;
}

/** One socket to a broker. */
interface WireConnection {
  readonly socket: Socket;
  readonly requestQueue: {
    push(request: {
      entry: {
        apiKey: number;
        apiVersion: number;
        apiName: string;
        correlationId: number;
        resolve(answer: { payload: Buffer }): void;
        reject(error: Error): void;
      };
      expectResponse: true;
      requestTimeout: number | null;
      sendRequest(): void;
    }): void;
    maybeThrottle(ms: number): void;
  };
  isConnected(): boolean;
  connect(): Promise<unknown>;
  /** Only when it has to log in and has not yet. */
  authenticate(): Promise<void>;
  nextCorrelationId(): number;
}

const FETCH = 1;
/** kafkajs would open two sockets for two concurrent connects, and mix their input. */
const connecting = new WeakMap<WireConnection, Promise<unknown>>();

/**
 * Sends the bytes of a request over kafkajs's connection, without the three copies that its encoder makes. Fetches have a socket of their own, as in kafkajs.
 */
export async function sendTo<Answer>(broker: WireBroker, request: WireRequest<Answer>): Promise<Answer> {
  const { clientId } = broker.connectionPool;
  const connection = await connected(broker, request.apiKey);
  if (request.cluster !== undefined && clusters.get(connection.socket) !== request.cluster)
    throw new Error(`the connection to broker ${broker.nodeId} is a new one, maybe to another cluster`);
  const answer = await new Promise<{ payload: Buffer }>((resolve, reject) => {
    const { apiKey, apiVersion, name } = request;
    const correlationId = connection.nextCorrelationId();
    connection.requestQueue.push({
      entry: { apiKey, apiVersion, apiName: name, correlationId, resolve, reject },
      expectResponse: true,
      requestTimeout: request.timeout ?? null,
      sendRequest: () => write(connection.socket, framed(request, correlationId, clientId)),
    });
  });
  const { value, throttle } = request.read(answer.payload);
  connection.requestQueue.maybeThrottle(throttle);
  return value;
}

async function connected(broker: WireBroker, apiKey: number): Promise<WireConnection> {
  const connection = broker.connectionPool.pool[apiKey === FETCH ? 1 : 0];
  if (!connection.isConnected()) {
    const under = connecting.get(connection) ?? connection.connect().finally(() => connecting.delete(connection));
    connecting.set(connection, under);
    await under;
  }
  await connection.authenticate();
  return connection;
}

/** The ids of the clusters at the other ends. */
const clusters = new WeakMap<Socket, string>();

/**
 * The cluster of a broker, asked once for each socket: after a loss, a new cluster may answer at the same address. Undefined for brokers before Kafka 2.8, which
 * are not asked. A request with this `cluster` is sent on no other cluster's socket.
 */
export async function clusterIdOf(broker: WireBroker): Promise<string | undefined> {
  if ((broker.versions?.[METADATA]?.maxVersion ?? 0) < METADATA_WITH_IDS) return undefined;
  const { socket } = await connected(broker, METADATA);
  const existing = clusters.get(socket);
  if (existing !== undefined) return existing;
  const { clusterId } = await sendTo(broker, metadataRequest([]));
  checkSame(broker, socket);
  if (clusterId !== null) clusters.set(socket, clusterId);
  return clusterId ?? undefined;
}

/** A new identity of a producer, with the cluster that gave it. */
export async function newProducer(broker: WireBroker): Promise<ProducerIdentity> {
  const cluster = await clusterIdOf(broker);
  const { socket } = await connected(broker, METADATA);
  const { producerId, producerEpoch } = await broker.initProducerId({ transactionTimeout: 60_000 });
  checkSame(broker, socket);
  return { id: Number(producerId), epoch: producerEpoch, cluster };
}

function checkSame(broker: WireBroker, socket: Socket): void {
  if (broker.connectionPool.pool[0].socket !== socket) throw new Error(`the connection to broker ${broker.nodeId} was lost`);
}

function write(socket: Socket, pieces: readonly Buffer[]): void {
  socket.cork();
  for (const piece of pieces) socket.write(piece);
  socket.uncork();
}

/** The request with its header (version 1; 2 is the flexible one) and its length before it. */
function framed({ apiKey, apiVersion, flexible = false, body }: WireRequest<unknown>, correlationId: number, clientId: string): Buffer[] {
  const pieces = body();
  const header = new WireWriter(Buffer.allocUnsafe(4 + 8 + stringSize(clientId) + (flexible ? 1 : 0)));
  header.int32(header.buffer.length - 4 + pieces.reduce((sum, { length }) => sum + length, 0));
  header.int16(apiKey);
  header.int16(apiVersion);
  header.int32(correlationId);
  header.string(clientId);
  if (flexible) header.noTags();
  return [header.buffer, ...pieces];
}

/** A connection to all brokers of a cluster, by the only public way to it: the argument of a partition assigner. */
export function clusterOf(kafka: Kafka): Cluster {
  let found: Cluster | undefined;
  kafka.consumer({
    groupId: 'unused',
    allowAutoTopicCreation: false,
    partitionAssigners: [
      ({ cluster }) => {
        found = cluster;
        return { name: 'unused', version: 0, assign: async () => [], protocol: () => ({ name: 'unused', metadata: Buffer.alloc(0) }) };
      },
    ],
  });
  askForMetadata((found as unknown as { brokerPool: BrokerPool }).brokerPool);
  return found!;
}

const createAdmin = load('kafkajs/src/admin') as (parts: { cluster: Cluster; logger: unknown }) => Admin;

/** Administration over existing connections. */
export function adminOf(cluster: Cluster): Admin {
  return createAdmin({ cluster, logger: (cluster as unknown as { rootLogger: unknown }).rootLogger });
}

/** kafkajs's knowledge of the cluster. */
interface BrokerPool {
  createBroker: (options: unknown) => WireBroker & { metadata(topics?: string[]): Promise<unknown> };
  readonly metadata: { readonly topicMetadata: readonly TopicMetadata[] } | null;
}

/**
 * In kafkajs one partition without a leader, or one missing topic, fails the whole metadata request, and every other request or connection with it. kafkajs
 * also does not ask for the ids of topics. Brokers since Kafka 2.8 are therefore asked by a request of our own.
 */
function askForMetadata(pool: BrokerPool): void {
  const { createBroker } = pool;
  pool.createBroker = (options) => {
    const broker = createBroker(options);
    const metadata = broker.metadata.bind(broker);
    broker.metadata = (topics = []) =>
      (broker.versions?.[METADATA]?.maxVersion ?? 0) < METADATA_WITH_IDS ? metadata(topics) : sendTo(broker, metadataRequest(topics));
    return broker;
  };
}

/** The last metadata of a topic. */
export function topicOf(cluster: Cluster, topic: string): TopicMetadata | undefined {
  const { metadata } = (cluster as unknown as { brokerPool: BrokerPool }).brokerPool;
  return metadata?.topicMetadata.find((one) => one.topic === topic);
}

interface RequestQueue {
  pending: readonly unknown[];
  throttledUntil: number;
  throttleCheckTimeoutId: NodeJS.Timeout | null;
  checkPendingRequests(): void;
}

/**
 * kafkajs checks its queue of throttled requests after every answer, with a timer of minus 56 years (Node's TimeoutNegativeWarning), even when the queue is
 * empty. The timer is needed only when it is not.
 */
function repairThrottleTimer(queue: { prototype: { scheduleCheckPendingRequests(this: RequestQueue): void } }): void {
  queue.prototype.scheduleCheckPendingRequests = function scheduleCheckPendingRequests(this: RequestQueue) {
    if (this.pending.length === 0 || this.throttleCheckTimeoutId) return;
    const wait = Math.max(this.throttledUntil - Date.now(), 10);
    this.throttleCheckTimeoutId = setTimeout(() => {
      this.throttleCheckTimeoutId = null;
      this.checkPendingRequests();
    }, wait);
  };
}

repairThrottleTimer(load('kafkajs/src/network/requestQueue/index.js'));

/** kafkajs joins the empty rest of an answer with the next one, and so copies each, even one that comes in one piece. */
function repairEmptyRest(connection: {
  prototype: { processData(this: { chunks: Buffer[]; bytesBuffered: number }, bytes: Buffer): void };
}): void {
  const { processData } = connection.prototype;
  connection.prototype.processData = function withoutEmptyRest(bytes) {
    if (this.bytesBuffered === 0) this.chunks = [];
    processData.call(this, bytes);
  };
}

repairEmptyRest(load('kafkajs/src/network/connection.js'));
