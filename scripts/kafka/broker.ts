// A real Apache Kafka on loopback without Docker: for `npm run kafka`, tests and benches.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../../test/harness/free-port.js';
import { BROKER_USER, type BrokerConfiguration, type BrokerNode, type BrokerPorts, brokerProperties } from './broker-properties.js';
import { ClassArchive } from './class-archive.js';
import { kafkaJars } from './jars.js';

export interface BrokerOptions {
  /** The clients' port; default: a free one. */
  readonly port?: number;
  /** Whether to listen with TLS and SASL (PLAIN, SCRAM) as well: see `secured` and `certificate` of the broker. */
  readonly security?: boolean;
  readonly settings?: Readonly<Record<string, string>>;
  /** A node of several, with its ports; see `KafkaBrokers`. */
  readonly node?: BrokerNode & { readonly ports: BrokerPorts };
  readonly say?: (text: string) => void;
  /** Timeout of the start (ms); default 60 s. */
  readonly timeoutMs?: number;
  /** The process whose end ends the broker; default: this one. */
  readonly owner?: number;
  /** Further folders that are deleted when the owner ends. */
  readonly alsoDelete?: readonly string[];
}

/** Timeout (ms) for a broker to end and to write its classes. */
const ARCHIVE_TIMEOUT_MS = 120_000;

const LOG4J = `rootLogger.level = WARN
rootLogger.appenderRef.console.ref = CONSOLE
appender.console.type = Console
appender.console.name = CONSOLE
appender.console.target = SYSTEM_ERR
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{HH:mm:ss.SSS} %p %c{1}: %m%n
`;

/** One broker, with its data in a folder of its own, which `remove` deletes. It can be stopped, killed and started again. */
export class KafkaBroker {
  #process: ChildProcess | undefined;
  /** Java's flags for the broker and its tools. */
  #flags: readonly string[] = [];

  private constructor(
    readonly jars: string,
    readonly folder: string,
    readonly ports: BrokerPorts,
    /** The PEM certificate of the secured listener, if there is one. */
    readonly certificate: string | undefined,
    readonly options: BrokerOptions,
  ) {}

  /** Fetches missing jars, formats the storage, starts the broker, and waits until it serves. */
  static async start(options: BrokerOptions = {}): Promise<KafkaBroker> {
    const jars = await kafkaJars(options.say ?? (() => undefined));
    const archive = new ClassArchive(jars);
    await archive.make(async (flags) => {
      const broker = await KafkaBroker.#start(jars, {}, flags);
      await broker.#end('SIGTERM', ARCHIVE_TIMEOUT_MS);
      await broker.remove();
    });
    return KafkaBroker.#start(jars, options, archive.flags);
  }

  static async #start(jars: string, options: BrokerOptions, flags: readonly string[]): Promise<KafkaBroker> {
    const folder = mkdtempSync(join(tmpdir(), 'betrace-kafka-'));
    const ports = options.node?.ports ?? (await choosePorts(options));
    const security = options.security ? makeKeystore(folder) : undefined;
    const configuration: BrokerConfiguration = {
      ports,
      data: join(folder, 'data'),
      ...(security ? { security } : {}),
      ...(options.node ? { node: options.node } : {}),
      ...(options.settings ? { settings: options.settings } : {}),
    };
    writeFileSync(join(folder, 'server.properties'), brokerProperties(configuration));
    writeFileSync(join(folder, 'log4j2.properties'), LOG4J);
    const broker = new KafkaBroker(jars, folder, ports, security?.certificate, options);
    try {
      // Java would write the archive at the end of the broker and of each tool.
      broker.#flags = flags.filter((flag) => !flag.includes('AtExit'));
      broker.#format();
      broker.#flags = flags;
      await broker.run();
      return broker;
    } catch (error) {
      await broker.remove();
      throw error;
    }
  }

  /** `host:port` for clients without security. */
  get address(): string {
    return `127.0.0.1:${this.ports.clients}`;
  }

  /** `host:port` for clients with TLS and SASL. */
  get secured(): string {
    return `127.0.0.1:${this.ports.secured}`;
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** Starts the broker again with the same data and ports; resolves when it serves. */
  async run(): Promise<void> {
    if (this.#process) return;
    const log = openSync(this.#file('broker.log'), 'a');
    const java = this.#java('-Xmx512m', '-Xms128m', 'kafka.Kafka', this.#file('server.properties'));
    const child = spawn('java', java, { stdio: ['ignore', log, log] });
    closeSync(log);
    child.unref();
    this.#process = child;
    child.once('exit', () => {
      if (this.#process === child) this.#process = undefined;
    });
    this.#watch(child);
    await this.#serving(child);
  }

  /** Stops the broker; kills it after 20 s. */
  async stop(): Promise<void> {
    await this.#end('SIGTERM');
  }

  /** Like a power failure, except that the file system keeps its buffers. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** SIGSTOP and SIGCONT: the broker hangs. */
  suspend(): void {
    this.#process?.kill('SIGSTOP');
  }

  resume(): void {
    this.#process?.kill('SIGCONT');
  }

  /** Ends the broker and deletes its data. */
  async remove(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 3 });
  }

  /** Runs one of Kafka's own tools, for instance `org.apache.kafka.tools.ConsoleConsumer`; returns its standard output. */
  tool(main: string, args: readonly string[], input?: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const child = spawn('java', this.#java('-Xmx256m', main, ...args), { stdio: 'pipe' });
      let output = '';
      let errors = '';
      child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
      child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
      child.on('error', reject);
      child.on('close', (code) => (code === 0 ? resolve(output) : reject(new Error(`${main} ended with ${code}: ${errors}${output}`))));
      child.stdin.end(input);
    });
  }

  /** Resolves when the broker ends; keeps this process alive until then. */
  async ended(): Promise<void> {
    this.#process?.ref();
    if (this.#process) await once(this.#process, 'exit');
  }

  /** The broker's output. */
  logs(): string {
    return readFileSync(this.#file('broker.log'), 'utf8');
  }

  #file(name: string): string {
    return join(this.folder, name);
  }

  #java(...args: string[]): string[] {
    // The same collector on all machines: an archive can be read only with the collector that wrote it.
    const flags = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', ...this.#flags];
    return [`-Dlog4j2.configurationFile=${this.#file('log4j2.properties')}`, '-cp', join(this.jars, '*'), ...flags, ...args];
  }

  #format(): void {
    const { username, password } = BROKER_USER;
    const scram = ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((name) => ['--add-scram', `${name}=[name=${username},password=${password}]`]);
    const users = this.certificate === undefined ? [] : scram;
    const id = this.options.node?.clusterId ?? newClusterId();
    const args = this.#java(
      'kafka.tools.StorageTool',
      'format',
      `--cluster-id=${id}`, // one argument: every 64th id begins with a hyphen
      '-c',
      this.#file('server.properties'),
      ...users,
    );
    const { status, stderr, stdout, error } = spawnSync('java', args, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`the storage of Kafka could not be formatted: ${error ?? ''}${stderr}${stdout}`);
  }

  /** Starts a watching process, because a killed process cannot clean up after itself. */
  #watch({ pid }: ChildProcess): void {
    const { owner = process.pid, alsoDelete = [] } = this.options;
    const watch = 'while kill -0 "$1"; do kill -0 "$2" || exit 0; sleep 0.5; done; kill -9 "$2"; shift 2; rm -rf "$@"';
    const args = [owner, pid, this.folder, ...alsoDelete].map(String);
    spawn('sh', ['-c', watch, 'sh', ...args], { detached: true, stdio: 'ignore' })
      .on('error', () => undefined)
      .unref();
  }

  async #serving(child: ChildProcess): Promise<void> {
    const { timeoutMs = 60_000 } = this.options;
    const end = performance.now() + timeoutMs;
    while (!(await answers(this.ports.clients))) {
      if (child.exitCode !== null || child.signalCode !== null) throw new Error(`Kafka ended while it started:\n${this.logs()}`);
      if (performance.now() > end) throw new Error(`Kafka did not serve within ${timeoutMs} ms:\n${this.logs()}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async #end(signal: NodeJS.Signals, timeoutMs = 20_000): Promise<void> {
    const child = this.#process;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    child.ref();
    const ended = once(child, 'exit');
    child.kill(signal);
    if (signal !== 'SIGKILL') child.kill('SIGCONT');
    const impatient = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    await ended;
    clearTimeout(impatient);
  }
}

async function choosePorts({ port, security = false }: BrokerOptions): Promise<BrokerPorts> {
  const [clients = 0, controller = 0, secured = 0] = await freePorts(3);
  return { clients: port ?? clients, controller, ...(security ? { secured } : {}) };
}

export function newClusterId(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('base64url');
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const done = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => done(true));
    socket.once('error', () => done(false));
  });
}

/** A self-signed certificate for 127.0.0.1, made with the JDK's tool. */
function makeKeystore(folder: string): { keystore: string; password: string; certificate: string } {
  const keystore = join(folder, 'keystore.p12');
  const password = 'changeit';
  const store = ['-keystore', keystore, '-storepass', password, '-storetype', 'PKCS12', '-alias', 'broker'];
  keytool(['-genkeypair', ...store, '-keyalg', 'RSA', '-validity', '3650', '-dname', 'CN=127.0.0.1', '-ext', 'SAN=IP:127.0.0.1']);
  keytool(['-exportcert', '-rfc', ...store, '-file', join(folder, 'certificate.pem')]);
  return { keystore, password, certificate: readFileSync(join(folder, 'certificate.pem'), 'utf8') };
}

function keytool(args: readonly string[]): void {
  const { status, stdout, stderr, error } = spawnSync('keytool', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`keytool failed: ${error ?? ''}${stdout}${stderr}`);
}
