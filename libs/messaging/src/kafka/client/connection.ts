import type { Admin, Cluster } from 'kafkajs';
import { withDeadline } from '#waiting';
import type { LogReport } from '../../log-report.js';
import { logProblem } from '../../problems.js';
import type { KafkaLogSettings } from '../../settings.js';
import type { TopicMetadata } from '../wire/metadata.js';
import type { WireRequest } from '../wire/request.js';
import { brokerOf, typeOf } from './kafka-errors.js';
import {
  adminOf,
  brokerError,
  clusterIdOf,
  clusterOf,
  newProducer,
  type ProducerIdentity,
  sendTo,
  topicOf,
  type WireBroker,
} from './kafkajs.js';
import { type ClientSockets, makeClient } from './make-client.js';

/** Kafka's error for a topic that does not exist. */
export const UNKNOWN_TOPIC = 'UNKNOWN_TOPIC_OR_PARTITION';

const OTHER_COORDINATOR = new Set(['NOT_COORDINATOR_FOR_GROUP', 'GROUP_COORDINATOR_NOT_AVAILABLE']);
/** After these errors the leaders, or the topic, have changed. */
const MOVED = new Set([
  UNKNOWN_TOPIC,
  'LEADER_NOT_AVAILABLE',
  'NOT_LEADER_FOR_PARTITION',
  'REPLICA_NOT_AVAILABLE',
  'KAFKA_STORAGE_ERROR',
  'FENCED_LEADER_EPOCH',
  'UNKNOWN_LEADER_EPOCH',
]);
const NO_LEADER = 5;
/** A broker that hangs accepts a connection and never answers. After this time (ms) the next broker of the settings is tried, with twice the time. */
const CONNECT_MS = { first: 4_000, max: 16_000 };

interface Present {
  readonly client: ClientSockets;
  readonly cluster: Promise<Cluster>;
}

/**
 * Connections to the brokers of a cluster, made when needed. After any loss, and after any failed attempt, all are made again with the addresses of the
 * settings, which are stable. (kafkajs's own recovery keeps brokers that are gone.) A long wait (a fetch, the joining of a group) needs a Connection of its
 * own: a broker answers the requests of one connection in their order.
 */
export class Connection {
  #present: Present | undefined;
  readonly #topics = new Set<string>();
  readonly #coordinators = new Map<string, WireBroker>();
  /** The broker of the settings with which the next attempt begins; and the one (`host:port`) that did not answer last, which is tried last. */
  #first = Math.floor(Math.random() * 1_000);
  #avoided: string | undefined;
  /** Attempts to connect since the last success. */
  #attempts = 0;
  #moved = false;
  #closed = false;

  constructor(
    readonly settings: KafkaLogSettings,
    readonly report: LogReport,
  ) {}

  /** Per partition its leader's node id, -1 when it has none now. `fresh` queries the brokers again. */
  async leaders(topic: string, fresh = false): Promise<ReadonlyMap<number, number>> {
    const { partitionMetadata } = await this.#described(topic, fresh);
    return new Map(partitionMetadata.map(({ partitionId, leader }) => [partitionId, leader]));
  }

  /** The topic's id: 32 hex digits; undefined for brokers without topic ids. */
  async topicId(topic: string): Promise<string | undefined> {
    return (await this.#described(topic, false)).topicId;
  }

  /** A broker reported that leaders have changed: refreshes them. */
  leadersMoved(): void {
    this.#moved = true;
  }

  async #described(topic: string, fresh: boolean): Promise<TopicMetadata> {
    let metadata: TopicMetadata | undefined;
    try {
      metadata = await this.#with(async (cluster) => {
        await cluster.addTargetTopic(topic);
        const mustRefresh = fresh || this.#moved;
        this.#moved = false;
        if (mustRefresh) await cluster.refreshMetadata();
        else await cluster.refreshMetadataIfNecessary();
        // A problem of the last refresh may be gone.
        if (!mustRefresh && !isWhole(topicOf(cluster, topic))) await cluster.refreshMetadata();
        return topicOf(cluster, topic);
      });
    } catch (error) {
      this.#forgetMissing(topic, error);
      throw error;
    }
    if (metadata === undefined || metadata.topicErrorCode !== 0) throw brokerError(metadata?.topicErrorCode ?? NO_LEADER, topic);
    this.#topics.add(topic);
    return metadata;
  }

  /** A request to old brokers names all topics at once, and a missing one fails the whole request. Then the others are requested again. */
  #forgetMissing(topic: string, error: unknown): void {
    if (typeOf(error) !== UNKNOWN_TOPIC || !this.#topics.has(topic)) return;
    this.#topics.clear();
    this.reset();
  }

  /**
   * Sends a request to a node. Rejects errors of the network or the broker's protocol layer, not the codes in the answer. `request` receives a function that
   * tells whether the node knows a version of an API.
   */
  async send<Answer>(node: number, request: (knows: Knows) => WireRequest<Answer>): Promise<Answer> {
    if (node < 0) throw brokerError(NO_LEADER);
    return this.#with(async (cluster) => {
      const broker = (await cluster.findBroker({ nodeId: String(node) })) as unknown as WireBroker;
      return sendTo(
        broker,
        request((api, version) => (broker.versions?.[api]?.maxVersion ?? 0) >= version),
      );
    });
  }

  /** Runs `work` with the broker that coordinates a group. `topic` must exist. */
  async withCoordinator<T>(group: string, topic: string, work: (broker: WireBroker) => Promise<T>): Promise<T> {
    await this.leaders(topic);
    return this.#with(async (cluster) => {
      try {
        let broker = this.#coordinators.get(group);
        if (!broker?.isConnected()) {
          broker = (await cluster.findGroupCoordinator({ groupId: group })) as unknown as WireBroker;
          this.#coordinators.set(group, broker);
        }
        return await work(broker);
      } catch (error) {
        if (OTHER_COORDINATOR.has(typeOf(error) ?? '')) this.#coordinators.delete(group);
        throw error;
      }
    });
  }

  /** The node id of the broker that `withCoordinator` uses; undefined while it is being found or connected. */
  coordinator(group: string): string | number | undefined {
    return this.#coordinators.get(group)?.nodeId;
  }

  /** See `clusterIdOf`. */
  async clusterAt(node: number): Promise<string | undefined> {
    return this.#with(async (cluster) => clusterIdOf((await cluster.findBroker({ nodeId: String(node) })) as unknown as WireBroker));
  }

  async newProducerAt(node: number): Promise<ProducerIdentity> {
    return this.#with(async (cluster) => newProducer((await cluster.findBroker({ nodeId: String(node) })) as unknown as WireBroker));
  }

  /** Administration. */
  async withAdmin<T>(work: (admin: Admin) => Promise<T>): Promise<T> {
    return this.#with((cluster) => work(adminOf(cluster)));
  }

  /** Offsets of partitions by time (Unix ms), or the first or last; -1 without a record that late. */
  async offsets(topic: string, partition: number, at: 'start' | 'end' | number): Promise<number> {
    const leader = (await this.leaders(topic)).get(partition) ?? -1;
    if (leader < 0) throw brokerError(NO_LEADER);
    return this.#with(async (cluster) => {
      const place = typeof at === 'number' ? { fromTimestamp: at } : { fromBeginning: at === 'start' };
      const [found] = await cluster.fetchTopicsOffset([{ topic, partitions: [{ partition }], ...place }]);
      return Number(found?.partitions[0]?.offset ?? -1);
    });
  }

  /** The offset after the newest record of each partition that has a leader: one request per broker. */
  async ends(topic: string): Promise<ReadonlyMap<number, number>> {
    const leaders = await this.leaders(topic);
    const partitions = [...leaders].filter(([, leader]) => leader >= 0).map(([partition]) => ({ partition }));
    if (partitions.length === 0)
      throw logProblem('BT_LOG_KAFKA_FAILED', { work: `find the partitions of ${topic}`, reason: 'it has none' });
    return this.#with(async (cluster) => {
      const [found] = await cluster.fetchTopicsOffset([{ topic, partitions, fromBeginning: false }]);
      return new Map(found?.partitions.map(({ partition, offset }) => [partition, Number(offset)]));
    });
  }

  /** Closes all connections; the next request opens new ones. */
  reset(): void {
    const present = this.#present;
    this.#present = undefined;
    this.#coordinators.clear();
    if (present) disconnect(present.client, present.cluster);
  }

  close(): void {
    this.#closed = true;
    this.reset();
  }

  async #with<T>(work: (cluster: Cluster) => Promise<T>): Promise<T> {
    if (this.#closed) throw logProblem('BT_LOG_CLOSED');
    const present = (this.#present ??= this.#connect());
    let connected = false;
    try {
      const cluster = await present.cluster;
      connected = true;
      return await work(cluster);
    } catch (error) {
      const type = typeOf(error);
      if (type !== undefined && MOVED.has(type)) this.#moved = true;
      this.#avoided = brokerOf(error) ?? this.#avoided;
      // An answer of a broker leaves a connection intact; after any other error open a new one. A failed connect never recovers.
      if ((type === undefined || !connected) && this.#present === present) this.reset();
      throw this.#closed ? logProblem('BT_LOG_CLOSED', {}, error) : error;
    }
  }

  #connect(): Present {
    let quiet = false;
    const settings = { ...this.settings, brokers: this.#ordered() };
    const client = makeClient(settings, (...line) => {
      if (!quiet && this.#present?.client === client && !this.#closed) this.report(...line);
    });
    const timeoutMs = Math.min(CONNECT_MS.first * 2 ** this.#attempts++, CONNECT_MS.max);
    const connected = withDeadline(
      this.#open(clusterOf(client.kafka)),
      timeoutMs,
      () => new Error(`no broker (${settings.brokers[0]} first) answered within ${timeoutMs} ms`),
    );
    connected.then(
      () => {
        this.#attempts = 0;
      },
      () => {
        quiet = true;
        this.#avoided = settings.brokers[0];
      },
    );
    return { client, cluster: connected };
  }

  #ordered(): string[] {
    const { brokers } = this.settings;
    const first = this.#first++ % brokers.length;
    const rotated = [...brokers.slice(first), ...brokers.slice(0, first)];
    return rotated.toSorted((a, b) => Number(a === this.#avoided) - Number(b === this.#avoided));
  }

  async #open(cluster: Cluster): Promise<Cluster> {
    await cluster.connect();
    try {
      if (this.#topics.size > 0) await cluster.addMultipleTargetTopics([...this.#topics]);
    } catch (error) {
      // An old broker's error about a topic is reported to callers that request that topic.
      if (typeOf(error) === undefined) throw error;
    }
    return cluster;
  }
}

/** Whether a node knows at least this version of an API. */
export type Knows = (api: number, version: number) => boolean;

function isWhole(topic: TopicMetadata | undefined): boolean {
  return topic !== undefined && topic.topicErrorCode === 0 && topic.partitionMetadata.every(({ leader }) => leader >= 0);
}

function disconnect({ sockets }: ClientSockets, cluster: Promise<Cluster>): void {
  // Requests under way are rejected by their sockets' errors; then kafkajs has nothing to wait for.
  for (const socket of sockets) socket.destroy(new Error('the connection is given up'));
  cluster.then((connected) => connected.disconnect()).catch(() => undefined);
}
