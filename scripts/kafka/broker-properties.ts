/** Ports on loopback: for clients, for the controller and, with security, for clients over SASL and TLS. */
export interface BrokerPorts {
  readonly clients: number;
  readonly controller: number;
  readonly secured?: number;
}

/** The certificate of a secured listener. */
export interface BrokerSecurity {
  readonly keystore: string;
  readonly password: string;
}

/** One broker of a cluster. */
export interface BrokerNode {
  readonly id: number;
  readonly clusterId: string;
  /** The ports of all controllers, by id. */
  readonly controllers: ReadonlyMap<number, number>;
}

export interface BrokerConfiguration {
  readonly ports: BrokerPorts;
  readonly data: string;
  readonly security?: BrokerSecurity;
  /** Default: the only node. */
  readonly node?: BrokerNode;
  /** Further settings, as in server.properties. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** `server.properties` of a KRaft node on loopback that starts fast, retains little, and creates no topics automatically. */
export function brokerProperties({ ports, data, security, node, settings }: BrokerConfiguration): string {
  const listeners = [`PLAINTEXT://127.0.0.1:${ports.clients}`, ...(security ? [`SASL_SSL://127.0.0.1:${ports.secured}`] : [])];
  const controller = `CONTROLLER://127.0.0.1:${ports.controller}`;
  const controllers = node?.controllers ?? new Map([[1, ports.controller]]);
  const properties: Record<string, string> = {
    'process.roles': 'broker,controller',
    'node.id': String(node?.id ?? 1),
    'controller.quorum.voters': [...controllers].map(([id, port]) => `${id}@127.0.0.1:${port}`).join(','),
    'controller.listener.names': 'CONTROLLER',
    listeners: [...listeners, controller].join(','),
    'advertised.listeners': listeners.join(','),
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL_SSL:SASL_SSL',
    'inter.broker.listener.name': 'PLAINTEXT',
    'log.dirs': data,
    'auto.create.topics.enable': 'false',
    'num.network.threads': '2',
    'num.io.threads': '4',
    'offsets.topic.num.partitions': '4',
    'offsets.topic.replication.factor': '1',
    'transaction.state.log.num.partitions': '4',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'share.coordinator.state.topic.replication.factor': '1',
    'share.coordinator.state.topic.min.isr': '1',
    'group.initial.rebalance.delay.ms': '0',
    'group.min.session.timeout.ms': '1000',
    ...(security ? securedListener(security) : {}),
    ...settings,
  };
  return Object.entries(properties)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}

/** User `alice` with password `alice-secret`: for PLAIN here, for SCRAM when the storage is formatted. */
export const BROKER_USER = { username: 'alice', password: 'alice-secret' } as const;

function securedListener({ keystore, password }: BrokerSecurity): Record<string, string> {
  const { username, password: secret } = BROKER_USER;
  const login = `org.apache.kafka.common.security.plain.PlainLoginModule required user_${username}="${secret}";`;
  return {
    'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
    'listener.name.sasl_ssl.plain.sasl.jaas.config': login,
    'listener.name.sasl_ssl.scram-sha-256.sasl.jaas.config': 'org.apache.kafka.common.security.scram.ScramLoginModule required;',
    'listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config': 'org.apache.kafka.common.security.scram.ScramLoginModule required;',
    'ssl.keystore.type': 'PKCS12',
    'ssl.keystore.location': keystore,
    'ssl.keystore.password': password,
    'ssl.key.password': password,
  };
}
