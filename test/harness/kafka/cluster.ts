import pg from 'pg';
import { KafkaBroker } from '../../../scripts/kafka/broker.js';
import { KafkaBrokers } from '../../../scripts/kafka/brokers.js';
import { BeTrace, type BeTraceOptions } from '../betrace.js';
import { freePorts } from '../free-port.js';
import { kafkaProblem } from '../services/kafka.js';
import { OtlpReceiver } from '../services/otlp-receiver.js';
import { startPostgres, type TestPostgres } from '../services/postgres.js';
import { TcpLink } from '../services/tcp-link.js';

export type ClusterApp = 'ingest' | 'evaluator' | 'api';

export const CLUSTER_KEY = 'the signature key of the tests '.repeat(2);
export const CLUSTER_PARTITIONS = 12;

/** Timeout (ms) of a start on a busy machine. */
const START_TIMEOUT_MS = 180_000;

/**
 * BeTrace as many processes over its own Kafka, PostgreSQL and collector, all of which can be killed, stopped and started again. Process numbers are never
 * reused; a restarted process keeps its number and its ports.
 */
export class Cluster {
  private readonly processes = new Map<string, BeTrace>();
  /** The settings of each process, in addition to the common ones. */
  private readonly own = new Map<string, BeTraceOptions['env']>();
  private readonly numbers = { ingest: 0, evaluator: 0, api: 0 };

  /** The link between the processes and the database, after `linkDatabase`. */
  link: TcpLink | undefined;

  private constructor(
    /** One broker, or three, of which two suffice. */
    readonly brokers: readonly KafkaBroker[],
    readonly postgres: TestPostgres,
    readonly receiver: OtlpReceiver,
    /** The URL of the database without the link. */
    readonly databaseUrl: string,
    private settings: Readonly<Record<string, string>>,
  ) {}

  /** The environment of the processes. */
  get env(): Readonly<Record<string, string>> {
    return this.settings;
  }

  /** The only broker, or the first of three. */
  get broker(): KafkaBroker {
    return this.brokers[0]!;
  }

  /** `host:port` of each broker. */
  get addresses(): readonly string[] {
    return this.brokers.map(({ address }) => address);
  }

  /** Why no cluster can be started here; undefined when it can. With `CI` set it throws instead. */
  static async whyNot(): Promise<string | undefined> {
    const kafka = kafkaProblem();
    if (kafka !== undefined) return kafka;
    const postgres = await startPostgres();
    if (typeof postgres === 'string') return postgres;
    await postgres.stop();
    return undefined;
  }

  /** Starts one broker or three (with these further settings), database and collector, but no BeTrace process. */
  static async start(
    env: Readonly<Record<string, string>> = {},
    settings: Readonly<Record<string, string>> = {},
    count: 1 | 3 = 1,
  ): Promise<Cluster> {
    const [port = 0] = await freePorts(1);
    const receiver = new OtlpReceiver(port);
    await receiver.start();
    const [kafka, database] = await Promise.allSettled([startBrokers(count, settings), startPostgres()]);
    const brokers = kafka.status === 'fulfilled' ? kafka.value : undefined;
    const postgres = database.status === 'fulfilled' && typeof database.value === 'object' ? database.value : undefined;
    if (brokers === undefined || postgres === undefined) {
      receiver.stop();
      await Promise.all([...(brokers ?? []).map((broker) => broker.remove()), postgres?.stop()]);
      const reasons = [kafka, database].map((one) => (one.status === 'rejected' ? String(one.reason) : String(one.value)));
      throw new Error(`no cluster: Kafka ${reasons[0]}, PostgreSQL ${reasons[1]}`);
    }
    const databaseUrl = await ownSchema(postgres.url);
    return new Cluster(brokers, postgres, receiver, databaseUrl, {
      KAFKA_BROKERS: brokers.map(({ address }) => address).join(','),
      KAFKA_REPLICATION_FACTOR: String(count),
      // No pause of the machine may put a member out: what it has not committed would be judged or stored twice.
      KAFKA_SESSION_TIMEOUT: '12s',
      DATABASE_URL: databaseUrl,
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
      BETRACE_HOST: '127.0.0.1',
      BETRACE_SIGNATURE_KEY: CLUSTER_KEY,
      BETRACE_LOG_PARTITIONS: String(CLUSTER_PARTITIONS),
      ...env,
    });
  }

  /** Processes started from now on reach the database through a link, which can be slow, hang or be cut. */
  async linkDatabase(): Promise<TcpLink> {
    const address = new URL(this.databaseUrl);
    const link = await TcpLink.to(Number(address.port || 5432), address.hostname);
    address.hostname = '127.0.0.1';
    address.port = String(link.port);
    this.settings = { ...this.settings, DATABASE_URL: address.href };
    this.link = link;
    return link;
  }

  /** All brokers hang; `resumeBrokers` continues them. */
  suspendBrokers(): void {
    for (const broker of this.brokers) broker.suspend();
  }

  resumeBrokers(): void {
    for (const broker of this.brokers) broker.resume();
  }

  /** Runs the test's own queries, whatever the state of the link, even while the database is read-only. */
  async sql<Row extends pg.QueryResultRow>(...statements: readonly string[]): Promise<readonly Row[]> {
    const client = new pg.Client(this.databaseUrl);
    await client.connect();
    try {
      await client.query('SET default_transaction_read_only = off');
      let rows: readonly Row[] = [];
      for (const statement of statements) ({ rows } = await client.query<Row>(statement));
      return rows;
    } finally {
      await client.end();
    }
  }

  /** Starts one more process, from another folder with its code if given. Resolves when it is ready. */
  async add(app: ClusterApp, env: BeTraceOptions['env'] = {}, bundle?: string): Promise<string> {
    const name = `${app}-${++this.numbers[app]}`;
    this.own.set(name, env);
    const code = bundle === undefined ? {} : { bundle };
    this.processes.set(name, await BeTrace.start({ app, env: { ...this.env, ...env }, timeoutMs: START_TIMEOUT_MS, ...code }));
    return name;
  }

  /** Ends the process with SIGTERM, permanently. Resolves its exit code. */
  async remove(name: string): Promise<number | null> {
    const betrace = this.process(name);
    this.processes.delete(name);
    return betrace.stop();
  }

  /** Kills (-9) a process; `restart` starts it again with its ports. */
  async kill(name: string): Promise<void> {
    await this.process(name).kill();
  }

  async restart(name: string): Promise<void> {
    const { ports } = this.process(name);
    const app = name.split('-')[0] as ClusterApp;
    const env = { ...this.env, ...this.own.get(name) };
    this.processes.set(name, await BeTrace.start({ app, env, ports, timeoutMs: START_TIMEOUT_MS }));
  }

  process(name: string): BeTrace {
    const betrace = this.processes.get(name);
    if (betrace === undefined) throw new Error(`there is no process ${name}`);
    return betrace;
  }

  /** Names of the processes of an app, in the order of their numbers. */
  names(app: ClusterApp): string[] {
    return [...this.processes.keys()].filter((name) => name.startsWith(`${app}-`));
  }

  /** The processes of an app. */
  all(app: ClusterApp): BeTrace[] {
    return this.names(app).map((name) => this.process(name));
  }

  /** Processes that ended by themselves, with their last output; there should be none. */
  ended(): string[] {
    return [...this.processes]
      .filter(([, { process }]) => process.exitCode !== null || process.signalCode !== null)
      .map(
        ([name, betrace]) =>
          `${name} ended by itself (${betrace.process.exitCode ?? betrace.process.signalCode}): ${betrace.logs().slice(-1_500)}`,
      );
  }

  /** The output of all processes, for the message of a failure. */
  logs(level: 'warn' | 'error' = 'error'): string {
    const shown = level === 'error' ? /"level":"(error|fatal)"/ : /"level":"(warn|error|fatal)"/;
    return [...this.processes]
      .flatMap(([name, betrace]) =>
        betrace
          .logs()
          .split('\n')
          .filter((line) => shown.test(line) || (line !== '' && !line.startsWith('{')))
          .slice(-20)
          .map((line) => `${name} ${line}`),
      )
      .join('\n');
  }

  async stop(): Promise<void> {
    await Promise.all([...this.processes.values()].map((betrace) => betrace.kill()));
    this.receiver.stop();
    await Promise.all([...this.brokers.map((broker) => broker.remove()), this.postgres.stop(), this.link?.stop()]);
  }
}

async function startBrokers(count: 1 | 3, settings: Readonly<Record<string, string>>): Promise<readonly KafkaBroker[]> {
  const options = { timeoutMs: START_TIMEOUT_MS, settings };
  return count === 1 ? [await KafkaBroker.start(options)] : (await KafkaBrokers.start(options)).all;
}

/** The values of all series of a metric. */
export async function metric(betrace: BeTrace, name: string): Promise<number[]> {
  const text = await (await fetch(`${betrace.url}/metrics`)).text();
  return text
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
    .map((line) => Number(line.slice(line.lastIndexOf(' ') + 1)));
}

/** Creates an empty database for the test, whatever else is on the server. */
async function ownSchema(url: string): Promise<string> {
  const schema = `cluster_${process.pid}_${Date.now()}`;
  const client = new pg.Client(url);
  await client.connect();
  await client.query(`CREATE SCHEMA ${schema}`);
  await client.end();
  return `${url}?options=${encodeURIComponent(`-c search_path=${schema}`)}`;
}
