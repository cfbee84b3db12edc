import { freePorts } from '../../test/harness/free-port.js';
import { KafkaBroker, newClusterId } from './broker.js';

export interface BrokersOptions {
  /** Further settings. By default every topic has a replica on each broker, and a broker that is silent for 8 s leads no partition. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Timeout of each broker's start (ms). */
  readonly timeoutMs?: number;
}

/** A cluster of three brokers on loopback, for tests that depend on partition leaders. It works with two of them. */
export class KafkaBrokers {
  private constructor(readonly all: readonly KafkaBroker[]) {}

  static async start({ settings = {}, timeoutMs }: BrokersOptions = {}): Promise<KafkaBrokers> {
    const ids = [1, 2, 3];
    const ports = await freePorts(2 * ids.length);
    const portsOf = (id: number) => ({ clients: ports[2 * id - 2]!, controller: ports[2 * id - 1]! });
    const controllers = new Map(ids.map((id) => [id, portsOf(id).controller]));
    const clusterId = newClusterId();
    const replicated = {
      'offsets.topic.replication.factor': '3',
      'transaction.state.log.replication.factor': '3',
      // Longer than a pause of the machine, after which brokers would lose what they lead.
      'broker.session.timeout.ms': '8000',
      'broker.heartbeat.interval.ms': '500',
      'controller.quorum.fetch.timeout.ms': '1500',
      'controller.quorum.election.timeout.ms': '500',
      'replica.lag.time.max.ms': '5000',
    };
    const started = await Promise.allSettled(
      ids.map((id) =>
        KafkaBroker.start({
          node: { id, clusterId, controllers, ports: portsOf(id) },
          settings: { ...replicated, ...settings },
          ...(timeoutMs === undefined ? {} : { timeoutMs }),
        }),
      ),
    );
    const brokers = started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    const failed = started.find((one) => one.status === 'rejected');
    if (failed === undefined) return new KafkaBrokers(brokers);
    await Promise.all(brokers.map((broker) => broker.remove()));
    throw failed.reason;
  }

  /** `host:port` of each, in the order of their ids. */
  get addresses(): readonly string[] {
    return this.all.map(({ address }) => address);
  }

  /** The broker with a node id (1, 2, 3). */
  node(id: number): KafkaBroker {
    const broker = this.all[id - 1];
    if (broker === undefined) throw new Error(`there is no broker ${id}`);
    return broker;
  }

  async remove(): Promise<void> {
    await Promise.all(this.all.map((broker) => broker.remove()));
  }
}
