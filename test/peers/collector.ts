import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../harness/eventually.js';
import { freePorts } from '../harness/free-port.js';
import { collectorBinary } from './go.js';

/** The configuration of a collector's exporter. */
export type ExporterConfig = Readonly<Record<string, unknown>>;

/** The ports of one lane of the collector. */
export interface LanePorts {
  readonly http: number;
  readonly grpc: number;
}

/** Processes that are killed when the test process ends. */
const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Retries soon and without end, because a test cannot wait for the default of 5 s. */
export const RETRY = { initial_interval: '100ms', max_interval: '500ms', max_elapsed_time: '0s' };

/** Exporters send again what is not answered in 5 s by default, which a stalled machine exceeds: spans would come twice. */
export const PATIENT = { timeout: '60s' };

/** No metrics listener, and no sampling of log lines. */
export const TELEMETRY = { metrics: { level: 'none' }, logs: { sampling: { enabled: false } } };

/** An OpenTelemetry Collector with a lane for each set of exporters: data received at a lane's ports goes only to its exporters. */
export class Collector {
  private constructor(
    private readonly child: ChildProcess,
    private readonly ports: ReadonlyMap<string, LanePorts>,
    private readonly output: string[],
    private readonly folder: string,
  ) {}

  /** @param lanes the exporters of each lane, by type (`otlp_grpc`, `otlp_http`, `kafka`) */
  static async start(lanes: Readonly<Record<string, Readonly<Record<string, ExporterConfig>>>>): Promise<Collector> {
    const names = Object.keys(lanes);
    const free = await freePorts(2 * names.length);
    const ports = new Map(names.map((name, i) => [name, { http: free[2 * i] ?? 0, grpc: free[2 * i + 1] ?? 0 }]));
    const id = (type: string, lane: string) => `${type}/${names.indexOf(lane)}`;
    const exporters = Object.entries(lanes).flatMap(([lane, types]) =>
      Object.entries(types).map(([type, config]) => [id(type, lane), config] as const),
    );
    const pipeline = (lane: string) => ({
      receivers: [id('otlp', lane)],
      exporters: Object.keys(lanes[lane] ?? {}).map((type) => id(type, lane)),
    });
    return Collector.run(
      {
        receivers: Object.fromEntries([...ports].map(([lane, at]) => [id('otlp', lane), receiverAt(at)])),
        exporters: Object.fromEntries(exporters),
        service: {
          telemetry: TELEMETRY,
          pipelines: Object.fromEntries(names.map((lane) => [id('traces', lane), pipeline(lane)])),
        },
      },
      ports,
    );
  }

  /** Starts a collector with this configuration, which must listen on the ports; resolves when ready. */
  static async run(config: unknown, ports: ReadonlyMap<string, LanePorts>): Promise<Collector> {
    const folder = mkdtempSync(join(tmpdir(), 'betrace-collector-'));
    const file = join(folder, 'config.yaml');
    // JSON is YAML.
    writeFileSync(file, JSON.stringify(config));
    const output: string[] = [];
    const child = spawn(await collectorBinary(), ['--config', file], { stdio: ['ignore', 'pipe', 'pipe'] });
    running.add(child);
    child.on('exit', () => running.delete(child));
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => output.push(chunk.toString()));
    const collector = new Collector(child, ports, output, folder);
    const listening = async () => {
      if (child.exitCode !== null) throw new Error(`it ended with exit code ${child.exitCode}`);
      for (const { http, grpc } of ports.values()) for (const port of [http, grpc]) await accepts(port);
      return true;
    };
    try {
      await eventually('the start of the collector', listening, 60_000);
      return collector;
    } catch (error) {
      await collector.stop();
      throw new Error(`${(error as Error).message}\n${collector.logs()}`, { cause: error });
    }
  }

  lane(name: string): LanePorts {
    const ports = this.ports.get(name);
    if (ports === undefined) throw new Error(`there is no lane ${name}`);
    return ports;
  }

  /** Its output so far. */
  logs(): string {
    return this.output.join('');
  }

  /** Sends SIGTERM: it sends the data that it still has. */
  async stop(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const exit = once(this.child, 'exit');
      this.child.kill('SIGTERM');
      const timer = setTimeout(() => this.child.kill('SIGKILL'), 60_000);
      await exit;
      clearTimeout(timer);
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function receiverAt({ http, grpc }: LanePorts): unknown {
  return { protocols: { http: { endpoint: `127.0.0.1:${http}` }, grpc: { endpoint: `127.0.0.1:${grpc}` } } };
}

async function accepts(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
  } finally {
    socket.destroy();
  }
}
