import type { Cluster } from 'kafkajs';
import type { LogReport } from '../log-report.js';
import { logProblem } from '../problems.js';
import type { KafkaLogSettings } from '../settings.js';
import { type ClientSockets, makeClient } from './client.js';
import { typeOf } from './kafka-errors.js';
import { clusterOf, sendTo, type WireBroker } from './kafkajs.js';
import type { WireRequest } from './wire/request.js';

/** What a broker calls a topic that does not exist. */
export const UNKNOWN_TOPIC = 'UNKNOWN_TOPIC_OR_PARTITION';

const OTHER_COORDINATOR = new Set(['NOT_COORDINATOR_FOR_GROUP', 'GROUP_COORDINATOR_NOT_AVAILABLE']);

/**
 * Connections to the brokers of a cluster, made when needed. After any loss all are made anew (kafkajs's own recovery leaves
 * brokers behind that are gone), with the addresses of the settings, which are the ones that stay. Whoever waits long (a fetch, the
 * joining of a group) has a Connection of its own: a broker answers the requests of one connection in their order.
 */
export class Connection {
  #present: { readonly client: ClientSockets; readonly cluster: Promise<Cluster> } | undefined;
  readonly #topics = new Set<string>();
  readonly #coordinators = new Map<string, WireBroker>();
  #closed = false;

  constructor(
    readonly settings: KafkaLogSettings,
    readonly report: LogReport,
  ) {}

  /** Per partition its leader's node id, -1 when it has none now. `fresh` asks the brokers again. */
  async leaders(topic: string, fresh = false): Promise<ReadonlyMap<number, number>> {
    try {
      return await this.#with(async (cluster) => {
        await cluster.addTargetTopic(topic);
        if (fresh) await cluster.refreshMetadata();
        else await cluster.refreshMetadataIfNecessary();
        this.#topics.add(topic);
        return new Map(cluster.findTopicPartitionMetadata(topic).map(({ partitionId, leader }) => [partitionId, leader]));
      });
    } catch (error) {
      this.#forgetMissing(topic, error);
      throw error;
    }
  }

  /** Brokers are asked for all topics at once: one that is gone would fail every question about the others. Those are asked for again. */
  #forgetMissing(topic: string, error: unknown): void {
    if (typeOf(error) !== UNKNOWN_TOPIC || !this.#topics.has(topic)) return;
    this.#topics.clear();
    this.reset();
  }

  /** Sends a request to a node; rejects what the network or the broker's protocol layer says, not the codes in the answer. */
  async send<Answer>(node: number, request: WireRequest<Answer>): Promise<Answer> {
    return this.#with(async (cluster) => sendTo((await cluster.findBroker({ nodeId: String(node) })) as unknown as WireBroker, request));
  }

  /** The broker that coordinates a group, with which `work` then speaks. `topic` is one that exists. */
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

  /** Any broker: for what all can do. `topic` is one that exists. */
  async withBroker<T>(topic: string, work: (broker: WireBroker) => Promise<T>): Promise<T> {
    const nodes = [...(await this.leaders(topic)).values()].filter((node) => node >= 0);
    const node = nodes[Math.floor(Math.random() * nodes.length)];
    if (node === undefined) throw logProblem('BT_LOG_KAFKA_FAILED', { work: `find a broker that leads ${topic}`, reason: 'none does' });
    return this.#with(async (cluster) => work((await cluster.findBroker({ nodeId: String(node) })) as unknown as WireBroker));
  }

  /** Offsets of partitions by time (Unix ms), or the first or last; -1 where no record is so late. */
  async offsets(topic: string, partition: number, at: 'start' | 'end' | number): Promise<number> {
    await this.leaders(topic);
    return this.#with(async (cluster) => {
      const place = typeof at === 'number' ? { fromTimestamp: at } : { fromBeginning: at === 'start' };
      const [found] = await cluster.fetchTopicsOffset([{ topic, partitions: [{ partition }], ...place }]);
      return Number(found?.partitions[0]?.offset ?? -1);
    });
  }

  /** The offset after the newest record of each partition that has a leader: one request for each broker. */
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

  /** Lets go of all connections; the next request makes new ones. */
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
    try {
      return await work(await present.cluster);
    } catch (error) {
      // What a broker said leaves the connection as it is; whatever else went wrong, a new one is the way out.
      if (typeOf(error) === undefined && this.#present === present) this.reset();
      throw this.#closed ? logProblem('BT_LOG_CLOSED', {}, error) : error;
    }
  }

  #connect(): { readonly client: ClientSockets; readonly cluster: Promise<Cluster> } {
    let quiet = false;
    const client = makeClient(this.settings, (...line) => {
      if (!quiet && this.#present?.client === client && !this.#closed) this.report(...line);
    });
    const cluster = clusterOf(client.kafka);
    const connected = cluster.connect().then(async () => {
      if (this.#topics.size > 0) await cluster.addMultipleTargetTopics([...this.#topics]);
      return cluster;
    });
    connected.catch(() => {
      quiet = true;
    });
    return { client, cluster: connected };
  }
}

function disconnect({ sockets }: ClientSockets, cluster: Promise<Cluster>): void {
  // Requests under way are rejected by their sockets' errors; then kafkajs has nothing to wait for.
  for (const socket of sockets) socket.destroy(new Error('the connection is given up'));
  cluster.then((connected) => connected.disconnect()).catch(() => undefined);
}
