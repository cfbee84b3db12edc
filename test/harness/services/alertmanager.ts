import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../eventually.js';
import { freePorts } from '../free-port.js';

/** Debian's program, named after Prometheus. */
export const ALERTMANAGER = 'prometheus-alertmanager';

export interface AlertOf {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly generatorURL: string;
}

/** A real Alertmanager on loopback that notifies no one. */
export class Alertmanager {
  private constructor(
    private readonly process: ChildProcess,
    private readonly folder: string,
    readonly url: string,
  ) {}

  static async start(): Promise<Alertmanager> {
    const folder = await mkdtemp(join(tmpdir(), 'betrace-alertmanager-'));
    const config = join(folder, 'config.yaml');
    await writeFile(config, 'route: { receiver: none }\nreceivers: [{ name: none }]\n');
    const [port = 0] = await freePorts(1);
    const address = `127.0.0.1:${port}`;
    const args = [`--config.file=${config}`, `--storage.path=${folder}`, `--web.listen-address=${address}`, '--cluster.listen-address='];
    const child = spawn(ALERTMANAGER, args, { stdio: 'ignore' });
    const alertmanager = new Alertmanager(child, folder, `http://${address}`);
    await eventually('Alertmanager', async () => ((await fetch(`${alertmanager.url}/-/ready`)).ok ? true : undefined));
    return alertmanager;
  }

  /** The firing alerts. */
  async alerts(): Promise<readonly AlertOf[]> {
    return (await (await fetch(`${this.url}/api/v2/alerts?active=true`)).json()) as readonly AlertOf[];
  }

  async stop(): Promise<void> {
    if (this.process.exitCode === null) {
      const ended = once(this.process, 'exit');
      this.process.kill('SIGKILL');
      await ended;
    }
    await rm(this.folder, { recursive: true, force: true });
  }
}
