import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { eventually, GivenUp } from '../harness/eventually.js';
import { freePorts } from '../harness/free-port.js';

export interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Why Prometheus cannot be started here; undefined when it can. */
export const whyNoPrometheus = (): string | undefined =>
  spawnSync('prometheus', ['--version']).status === 0 ? undefined : 'no prometheus in PATH: apt-get install prometheus';

/** An alert rule with Prometheus's evaluation. */
export interface EvaluatedAlert {
  readonly name: string;
  readonly health: 'ok' | 'err' | 'unknown';
  readonly lastError?: string;
  readonly state: 'firing' | 'pending' | 'inactive';
}

/** A Prometheus that scrapes one server each second, as job betrace-backend, and evaluates alerts. */
export class Prometheus {
  private constructor(
    private readonly process: ChildProcess,
    private readonly folder: string,
    private readonly url: string,
  ) {}

  static async start(target: string, alerts: string): Promise<Prometheus> {
    const folder = mkdtempSync(join(tmpdir(), 'betrace-prometheus-'));
    const [port = 0] = await freePorts(1);
    writeFileSync(
      join(folder, 'prometheus.yaml'),
      stringify({
        global: { scrape_interval: '1s', evaluation_interval: '1s' },
        rule_files: [alerts],
        scrape_configs: [{ job_name: 'betrace-backend', static_configs: [{ targets: [target] }] }],
      }),
    );
    const output: string[] = [];
    const child = spawn(
      'prometheus',
      [`--config.file=${folder}/prometheus.yaml`, `--storage.tsdb.path=${folder}/data`, `--web.listen-address=127.0.0.1:${port}`],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => output.push(chunk.toString()));
    process.once('exit', () => child.kill('SIGKILL'));
    const prometheus = new Prometheus(child, folder, `http://127.0.0.1:${port}`);
    await eventually(
      'the start of Prometheus',
      async () => {
        if (child.exitCode !== null) throw new GivenUp(output.join(''));
        return (await fetch(`${prometheus.url}/-/ready`)).ok ? true : undefined;
      },
      120_000,
    );
    return prometheus;
  }

  /** The answer of an instant query at a time (seconds since 1970; default now). Throws Prometheus's error. */
  async ask(query: string, time = Date.now() / 1000): Promise<Sample[]> {
    const { result } = await this.get<{ result: { metric: Record<string, string>; value: [number, string] }[] }>('query', {
      query,
      time: String(time),
    });
    return result.map(({ metric, value: [, value] }) => ({ metric, value: Number(value) }));
  }

  /** The values of a label in the series of a metric. */
  labelValues(metric: string, label: string): Promise<string[]> {
    return this.get(`label/${label}/values`, { 'match[]': metric });
  }

  async alerts(): Promise<EvaluatedAlert[]> {
    const { groups } = await this.get<{ groups: { rules: EvaluatedAlert[] }[] }>('rules', {});
    return groups.flatMap(({ rules }) => rules);
  }

  async stop(): Promise<void> {
    if (this.process.exitCode === null) {
      const exit = once(this.process, 'exit');
      this.process.kill('SIGTERM');
      await exit;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async get<T>(path: string, parameters: Record<string, string>): Promise<T> {
    const answer = await fetch(`${this.url}/api/v1/${path}?${new URLSearchParams(parameters)}`);
    const { status, data, error } = (await answer.json()) as { status: string; data: T; error?: string };
    if (status !== 'success') throw new Error(`${JSON.stringify(parameters)}: ${error}`);
    return data;
  }
}
